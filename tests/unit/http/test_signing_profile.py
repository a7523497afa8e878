"""What partners read about signing is what the code does: the example's numbers, the limits, the refusals."""

from __future__ import annotations

import base64
import inspect
import re

from quen.client.signing import Credentials, UnsignedRequest, sign, signature_base
from quen.errors import PartnerForbiddenError, QuenError
from quen.http.problems import STATUSES
from quen.http.signing_profile import SIGNING_PROFILE
from quen.partners.model import UnauthenticatedError, errors
from quen.partners.model.request import HEADERS_BYTES_MAX
from quen.partners.model.signature import CREATED_AGE_SECONDS_MAX, CREATED_AHEAD_SECONDS_MAX, LIFETIME_SECONDS_MAX
from quen.requests import BODY_BYTES_MAX, BodyTooLargeError, DuplicateHeaderError

CREDENTIALS = Credentials("key_0123456789abcdef", "hmac-sha256", bytes(range(32)))
REQUEST = UnsignedRequest(
    "POST", "api.quen.example", "/live/v1/purchases/preview", b'{"total":{"amount":125000,"currency":"VND"}}'
)
SENT = sign(REQUEST, CREDENTIALS, created=1795317300, nonce="Zm9yLW9uZS11c2Utb25seQ")


def shown(text: str) -> bool:
    """Whether those lines stand in the page as a block of their own."""
    return "\n\n" + "".join(f"    {line}\n" for line in text.split("\n")) + "\n" in SIGNING_PROFILE


def test_the_example_is_what_the_client_sends() -> None:
    assert shown("\n".join(f"{name}: {value}" for name, value in SENT.items()))


def test_the_example_s_base_is_what_was_signed() -> None:
    parameters = SENT["Signature-Input"].removeprefix("sig1=")
    covered = {"@method": REQUEST.method, "@authority": REQUEST.authority, "@path": REQUEST.path}
    covered |= {"content-type": SENT["Content-Type"], "content-digest": SENT["Content-Digest"]}
    base = signature_base(covered, parameters)
    assert shown(base.decode())
    assert SENT["Signature"] == f"sig1=:{base64.b64encode(CREDENTIALS.sign(base)).decode()}:"


def test_the_example_s_key_and_body_are_there() -> None:
    assert shown(REQUEST.body.decode())
    assert f"a body of {len(REQUEST.body)} bytes" in SIGNING_PROFILE
    assert f"`{base64.b64encode(CREDENTIALS.secret).decode()}`" in SIGNING_PROFILE
    assert f"`{CREDENTIALS.key_id}`" in SIGNING_PROFILE


def test_the_limits_are_those_of_the_code() -> None:
    text = " ".join(SIGNING_PROFILE.split())
    assert f"at most {CREATED_AGE_SECONDS_MAX} seconds past and {CREATED_AHEAD_SECONDS_MAX} ahead" in text
    assert f"at most {LIFETIME_SECONDS_MAX} seconds after `created`" in text
    assert f"headers over {HEADERS_BYTES_MAX // 1024} KB together, a body over {BODY_BYTES_MAX // 1024} KB" in text


def test_every_refusal_is_listed_with_its_status() -> None:
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \| ([0-9, ]+) \|", SIGNING_PROFILE, re.MULTILINE)
    listed: dict[str, int] = {}
    for codes, statuses in rows:
        names, numbers = re.findall(r"[a-z_]+", codes), [int(number) for number in statuses.split(", ")]
        listed |= dict(zip(names, numbers * len(names) if len(numbers) == 1 else numbers, strict=True))
    assert listed == {code: STATUSES[code] for code in listed}
    raised = {error.code for _, error in inspect.getmembers(errors, inspect.isclass) if issubclass(error, QuenError)}
    others = {BodyTooLargeError.code, DuplicateHeaderError.code, PartnerForbiddenError.code, UnauthenticatedError.code}
    assert set(listed) == raised - {QuenError.code} | others
