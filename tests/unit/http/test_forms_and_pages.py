"""Forms as browsers and mail programs send them, and the languages that a visitor wants."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.errors import ValidationFailedError
from quen.http.errors import UnsupportedMediaTypeError
from quen.http.forms import FIELDS_MAX, read_form
from quen.http.gateway import GatewayRequest
from quen.http.pages import languages_of

URLENCODED = "application/x-www-form-urlencoded"
IN_PARTS = "multipart/form-data; boundary=FormBoundary7"
ONE_CLICK = (
    b'--FormBoundary7\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    b"One-Click\r\n--FormBoundary7--\r\n"
)


def form(body: bytes, content_type: str = URLENCODED) -> dict[str, str]:
    return read_form(GatewayRequest("POST", "/", "/", "", "", headers={"content-type": [content_type]}, body=body))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (URLENCODED, b"List-Unsubscribe=One-Click"),
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", b"List%2DUnsubscribe=One%2DClick"),
        (IN_PARTS, ONE_CLICK),
        ('multipart/form-data; boundary="FormBoundary7"', ONE_CLICK.replace(b"\r\n", b"\n")),
    ],
)
def test_one_click_is_read_in_every_form_that_it_may_have(content_type: str, body: bytes):
    assert form(body, content_type) == {"List-Unsubscribe": "One-Click"}


def test_several_fields_are_read_and_an_empty_one_too():
    assert form(b"a=1&b=&c=%E1%BA%BF") == {"a": "1", "b": "", "c": "ế"}


def test_parts_within_parts_without_end_are_no_form():
    opened = (b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (at, at + 1) for at in range(2_000))
    with pytest.raises(ValidationFailedError):
        form(b"".join(opened), "multipart/form-data; boundary=b0")


@pytest.mark.parametrize("content_type", ["", "application/json", "text/plain", "application/x-www-form-urlencodedx"])
def test_anything_else_is_an_unsupported_media_type(content_type: str):
    with pytest.raises(UnsupportedMediaTypeError):
        form(b"a=1", content_type)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (URLENCODED, b"a=1&a=2"),
        (URLENCODED, b"a=\xff"),
        (URLENCODED, b"&".join(b"a%d=1" % number for number in range(FIELDS_MAX + 1))),
        ("multipart/form-data", ONE_CLICK),
        ("multipart/form-data; boundary=other", ONE_CLICK),
        ("multipart/form-data; boundary=FormBoundary7\r\nX: y", ONE_CLICK),
        (IN_PARTS, b""),
        (IN_PARTS, ONE_CLICK.replace(b'; name="List-Unsubscribe"', b"")),
        (IN_PARTS, ONE_CLICK.replace(b"One-Click", b"\xff")),
        (IN_PARTS, ONE_CLICK.removesuffix(b"--\r\n") + b"\r\n" + ONE_CLICK),
    ],
)
def test_what_is_no_form_is_refused(content_type: str, body: bytes):
    with pytest.raises(ValidationFailedError):
        form(body, content_type)


@given(st.sampled_from([URLENCODED, IN_PARTS, "multipart/form-data; boundary=-"]), st.binary(max_size=300))
def test_no_body_breaks_the_reader(content_type: str, body: bytes):
    with suppress(ValidationFailedError):
        form(body, content_type)


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        (None, ()),
        ("vi", ("vi",)),
        ("vi-VN,vi;q=0.9,en;q=0.8", ("vi", "en")),
        ("en;q=0.5, vi", ("vi", "en")),
        ("en;q=0.75,fr;q=0.8,de;q=0.8", ("fr", "de", "en")),
        ("*, ;;q=, <script>, en", ("en",)),
        ("x" * 10_000, ()),
    ],
)
def test_a_visitor_s_languages_come_in_the_order_that_they_are_wanted(header: str | None, languages: tuple[str, ...]):
    assert languages_of(header) == languages
