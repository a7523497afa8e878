"""Nothing that was signed can be changed, not by one bit: properties over real signatures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from quen.errors import QuenError
from quen.partners.model import Algorithm, SignedRequest
from unit.partners.drafts import BODY, make_draft
from unit.partners.fakes import World

WORLD = World()
REQUESTS = {algorithm: make_draft(WORLD, algorithm).sign() for algorithm in Algorithm}
HEADERS = ("content-type", "content-digest", "signature-input", "signature")


def flipped(text: str, at: int, bit: int) -> str:
    at %= len(text)
    return text[:at] + chr(ord(text[at]) ^ (1 << bit)) + text[at + 1 :]


def assert_refused(request: SignedRequest) -> None:
    with pytest.raises(QuenError):
        WORLD.partners.authenticate(request)
    assert not WORLD.nonces.kept


algorithms = st.sampled_from(list(Algorithm))
positions = st.integers(min_value=0, max_value=400)
bits = st.integers(min_value=0, max_value=6)


@settings(max_examples=400, deadline=None)
@given(algorithms, st.sampled_from(HEADERS), positions, bits)
def test_a_bit_flipped_in_a_header_is_refused(algorithm: Algorithm, name: str, at: int, bit: int) -> None:
    request = REQUESTS[algorithm]
    changed = {**request.headers, name: [flipped(request.headers[name][0], at, bit)]}
    assert_refused(replace(request, headers=changed))


@settings(max_examples=200, deadline=None)
@given(algorithms, st.sampled_from(["method", "authority", "path"]), positions, bits)
def test_a_bit_flipped_in_the_request_line_is_refused(algorithm: Algorithm, name: str, at: int, bit: int) -> None:
    request = REQUESTS[algorithm]
    changed = flipped(getattr(request, name), at, bit)
    # A host's name is the same in any case (RFC 9421, section 2.2.3).
    if name != "authority" or changed.lower() != request.authority:
        assert_refused(replace(request, **{name: changed}))  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(algorithms, positions, st.integers(min_value=0, max_value=7))
def test_a_bit_flipped_in_the_body_is_refused(algorithm: Algorithm, at: int, bit: int) -> None:
    body = bytearray(BODY)
    body[at % len(body)] ^= 1 << bit
    assert_refused(replace(REQUESTS[algorithm], body=bytes(body)))


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*HEADERS, "host"]), st.lists(st.text(max_size=60), max_size=2)),
    st.binary(max_size=50),
)
def test_noise_is_refused_by_name(headers: dict[str, list[str]], body: bytes) -> None:
    assert_refused(SignedRequest("POST", "api.quen.example", "/live/v1/purchases", headers, body))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='sig1=("@methodp);craedxk,:* \t?0', max_size=80))
def test_noise_that_looks_like_a_signature_is_refused_by_name(text: str) -> None:
    headers = {"signature-input": [f'{text};tag="loyalty-partner-v1"'], "signature": ["sig1=:AAAA:"]}
    assert_refused(SignedRequest("GET", "api.quen.example", "/live/v1/purchases", headers))
