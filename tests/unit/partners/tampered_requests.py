"""What an attacker on the way can do to a request that was signed well, and the exact refusal of each."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from quen.client.signing import content_digest
from quen.partners.model import SignedRequest
from unit.partners.drafts import BODY
from unit.partners.fakes import World

Tamper = Callable[[World, SignedRequest], SignedRequest]

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
TAG = ';tag="loyalty-partner-v1"'


def part(**parts: object) -> Tamper:
    return lambda _, request: replace(request, **parts)  # type: ignore[arg-type]


def headers(**changed: list[str] | None) -> Tamper:
    """Some headers set (`signature_input=[…]`), or dropped (None)."""
    named = {name.replace("_", "-"): values for name, values in changed.items()}

    def tamper(_: World, request: SignedRequest) -> SignedRequest:
        kept = {**request.headers, **named}
        return replace(request, headers={name: values for name, values in kept.items() if values is not None})

    return tamper


def both(*tampers: Tamper) -> Tamper:
    def tamper(world: World, request: SignedRequest) -> SignedRequest:
        for one in tampers:
            request = one(world, request)
        return request

    return tamper


def swap(name: str, old: str, new: str) -> Tamper:
    """A text in one header replaced; the text must be there."""

    def tamper(_: World, request: SignedRequest) -> SignedRequest:
        (value,) = request.headers[name]
        assert old in value
        return replace(request, headers={**request.headers, name: [value.replace(old, new, 1)]})

    return tamper


def twice(name: str, *, joined: bool = False) -> Tamper:
    """The same header on two lines; or as some gateways hand that over: one value with a comma."""

    def tamper(_: World, request: SignedRequest) -> SignedRequest:
        values = [*request.headers[name]] * 2
        return replace(request, headers={**request.headers, name: [", ".join(values)] if joined else values})

    return tamper


def in_two_cases(_: World, request: SignedRequest) -> SignedRequest:
    return replace(request, headers={**request.headers, "SIGNATURE": request.headers["signature"]})


def wait(seconds: int) -> Tamper:
    def tamper(world: World, request: SignedRequest) -> SignedRequest:
        world.clock.advance(seconds)
        return request

    return tamper


def shortened(world: World, request: SignedRequest) -> SignedRequest:
    (value,) = request.headers["signature-input"]
    expires = value.partition("expires=")[2].partition(";")[0]
    return swap("signature-input", f"expires={expires}", f"expires={int(expires) - 1}")(world, request)


def bend_last_bits(_: World, request: SignedRequest) -> SignedRequest:
    """The bits of the last base64 character that carry nothing: another spelling of the same bytes."""
    (value,) = request.headers["signature"]
    at = len(value.rstrip("=:")) - 1
    other = ALPHABET[ALPHABET.index(value[at]) ^ 1]
    return replace(request, headers={**request.headers, "signature": [value[:at] + other + value[at + 1 :]]})


def copied(_: World, request: SignedRequest) -> SignedRequest:
    """The whole signature once more, under another label."""
    pair = {name: request.headers[name][0] for name in ("signature-input", "signature")}
    doubled = {name: [f"{value}, {value.replace('sig1=', 'other=')}"] for name, value in pair.items()}
    return replace(request, headers={**request.headers, **doubled})


# A sentence, the code, what is done to the request.
TAMPERED: list[tuple[str, str, Tamper]] = [
    ("the method is changed", "signature_invalid", part(method="PUT")),
    ("the method is in lower case", "signature_invalid", part(method="post")),
    ("the method is empty", "signature_invalid", part(method="")),
    ("it is sent to another host", "signature_invalid", part(authority="api.other.example")),
    ("it is sent to another port", "signature_invalid", part(authority="api.quen.example:8443")),
    ("the host is a look-alike", "signature_invalid", part(authority="api.quen.example.evil.example")),
    ("the stack knows no host of its own", "signature_invalid", part(authority="")),
    ("the host carries a path", "signature_invalid", part(authority="api.quen.example/live")),
    ("the host carries credentials", "signature_invalid", part(authority="x@api.quen.example")),
    ("the host carries a newline", "signature_invalid", part(authority="api.quen.example\n")),
    ("it is sent to another path", "signature_invalid", part(path="/live/v1/redemptions")),
    ("it is sent to another stage", "signature_invalid", part(path="/test/v1/purchases")),
    ("the path has other case", "signature_invalid", part(path="/live/v1/Purchases")),
    ("the path has a slash more", "path_not_canonical", part(path="/live/v1/purchases/")),
    ("a query is put in", "query_not_allowed", part(has_query=True)),
    ("the body is changed", "content_digest_mismatch", part(body=BODY.replace(b"125000", b"925000"))),
    ("the body has a blank more", "content_digest_mismatch", part(body=BODY + b" ")),
    ("the body is gone", "content_digest_mismatch", part(body=b"")),
    ("body and digest are gone", "signature_components_missing", both(part(body=b""), headers(content_digest=None))),
    (
        "body and digest are changed together",
        "signature_invalid",
        both(part(body=b"{}"), headers(content_digest=[content_digest(b"{}")])),
    ),
    ("the digest is dropped", "signature_components_missing", headers(content_digest=None)),
    ("the content type is changed", "signature_invalid", headers(content_type=["text/plain"])),
    ("the content type's case is changed", "signature_invalid", headers(content_type=["Application/JSON"])),
    ("the content type gets a charset", "signature_invalid", headers(content_type=["application/json; charset=utf-7"])),
    ("the content type is dropped", "signature_components_missing", headers(content_type=None)),
    ("an empty idempotency key is put in", "signature_components_missing", headers(idempotency_key=[""])),
    ("an idempotency key is put in", "signature_components_missing", headers(idempotency_key=["k1"])),
    ("both signature headers are gone", "signature_missing", headers(signature=None, signature_input=None)),
    ("the signature is gone", "signature_missing", headers(signature=None)),
    ("the signature's input is gone", "signature_missing", headers(signature_input=None)),
    ("the signature is blank", "signature_missing", headers(signature=[" "])),
    ("the signature is garbage", "signature_malformed", headers(signature=["garbage!"])),
    ("the signature is a string", "signature_malformed", headers(signature=['sig1="abcd"'])),
    ("the signature is a list", "signature_malformed", headers(signature=["sig1=(:AAAA:)"])),
    ("the signature is no base64", "signature_malformed", headers(signature=["sig1=:**:"])),
    ("the signature has no end", "signature_malformed", headers(signature=["sig1=:AAAA"])),
    ("the signature's input is garbage", "signature_malformed", headers(signature_input=["((("])),
    ("the signature's input is not ASCII", "signature_malformed", headers(signature_input=["sig1=é"])),
    ("the signature's input is no list", "signature_malformed", headers(signature_input=[f'sig1="x"{TAG}'])),
    ("the signature's input ends in a comma", "signature_malformed", swap("signature-input", TAG, f"{TAG},")),
    ("the labels differ", "signature_malformed", swap("signature", "sig1=", "sig2=")),
    ("the label is in capitals", "signature_malformed", swap("signature", "sig1=", "Sig1=")),
    ("the signature's idle bits are bent", "signature_invalid", bend_last_bits),
    ("the nonce is renewed", "signature_invalid", swap("signature-input", "nonce-", "nonce_")),
    ("the life is shortened", "signature_invalid", shortened),
    ("alg is put in", "signature_invalid", swap("signature-input", TAG, f';alg="hmac-sha256"{TAG}')),
    (
        "the components change places",
        "signature_invalid",
        swap("signature-input", '"@method" "@authority"', '"@authority" "@method"'),
    ),
    (
        "the parameters change places",
        "signature_invalid",
        both(swap("signature-input", TAG, ""), swap("signature-input", ");", f"){TAG};")),
    ),
    (
        "a header is covered that was not",
        "signature_invalid",
        both(headers(date=["x"]), swap("signature-input", '"@path"', '"@path" "date"')),
    ),
    ("a parameter is doubled", "signature_malformed", swap("signature-input", TAG, f';nonce="nnnnnnnnnnnnnnnn"{TAG}')),
    ("the tag is doubled", "signature_malformed", swap("signature-input", TAG, TAG + TAG)),
    ("the tag is taken off", "signature_params_missing", swap("signature-input", TAG, "")),
    ("the signature is there twice", "signature_malformed", copied),
    ("Signature is sent twice", "duplicate_header", twice("signature")),
    ("Signature-Input is sent twice", "duplicate_header", twice("signature-input")),
    ("Content-Digest is sent twice", "duplicate_header", twice("content-digest")),
    ("Content-Type is sent twice", "duplicate_header", twice("content-type")),
    ("Idempotency-Key is sent twice", "duplicate_header", headers(idempotency_key=["a", "b"])),
    ("Authorization is sent twice", "duplicate_header", headers(authorization=["a", "b"])),
    ("Content-Length is sent twice", "duplicate_header", headers(content_length=["1", "2"])),
    ("Transfer-Encoding is sent twice", "duplicate_header", headers(transfer_encoding=["chunked", "identity"])),
    ("Host is sent twice", "duplicate_header", headers(host=["a", "b"])),
    ("Signature is sent in two cases", "duplicate_header", in_two_cases),
    ("a gateway joined two Signature lines", "duplicate_header", twice("signature", joined=True)),
    ("a gateway joined two Signature-Input lines", "duplicate_header", twice("signature-input", joined=True)),
    ("a gateway joined two Content-Digest lines", "duplicate_header", twice("content-digest", joined=True)),
    ("a gateway joined two Content-Type lines", "duplicate_header", twice("content-type", joined=True)),
    ("a gateway joined two Idempotency-Key lines", "duplicate_header", headers(idempotency_key=["a, a"])),
    ("it comes 301 seconds late", "signature_expired", wait(301)),
    ("the receiver's clock is 61 seconds behind", "signature_expired", wait(-61)),
]
