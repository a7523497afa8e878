"""What a careless integrator, or someone with a key of their own, can sign, and the exact refusal of each: form and content."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from quen.client.signing import content_digest
from quen.partners.model import Algorithm
from unit.partners.drafts import BODY, Draft
from unit.partners.fakes import World

Bend = Callable[[World, Draft], None]

NONCE = "n" * 20
SHA_256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
SHA_512 = base64.b64encode(hashlib.sha512(BODY).digest()).decode()


def both(*bends: Bend) -> Bend:
    def bend(world: World, draft: Draft) -> None:
        for one in bends:
            one(world, draft)

    return bend


def part(**parts: object) -> Bend:
    """Other parts of the request, signed as they are."""

    def bend(_: World, draft: Draft) -> None:
        for name, value in parts.items():
            setattr(draft, name, value)

    return bend


def path(value: str) -> Bend:
    return part(path=value)


def drop(component: str) -> Bend:
    return lambda _, draft: draft.components.remove(f'"{component}"')


def covered(*components: str) -> Bend:
    return lambda _, draft: draft.components.extend(components)


def instead(component: str, other: str) -> Bend:
    def bend(_: World, draft: Draft) -> None:
        draft.components[draft.components.index(f'"{component}"')] = other

    return bend


def parameter(name: str, value: str | None) -> Bend:
    def bend(_: World, draft: Draft) -> None:
        draft.parameters.pop(name, None)
        if value is not None:
            draft.parameters[name] = value

    return bend


def doubled(name: str, value: str) -> Bend:
    """The parameter once more, with another value, right behind itself."""

    def bend(_: World, draft: Draft) -> None:
        draft.parameters[name] += f";{name}={value}"

    return bend


def times(created: int, expires: int) -> Bend:
    """Seconds from now."""

    def bend(_: World, draft: Draft) -> None:
        draft.parameters |= {"created": str(draft.created + created), "expires": str(draft.created + expires)}

    return bend


def uncovered(name: str, value: str) -> Bend:
    return lambda _, draft: draft.headers.update({name: [value]})


def send(name: str, value: str) -> Bend:
    return lambda _, draft: draft.cover(name, value)


def unsent(name: str) -> Bend:
    def bend(_: World, draft: Draft) -> None:
        del draft.headers[name]

    return bend


def digest(value: str) -> Bend:
    return uncovered("content-digest", value)


def use(algorithm: Algorithm) -> Bend:
    def bend(world: World, draft: Draft) -> None:
        draft.credentials = world.credentials[algorithm]
        draft.parameters["keyid"] = f'"{draft.credentials.key_id}"'

    return bend


# A sentence, the code, what is bent before signing.
COVERED: list[tuple[str, str, Bend]] = [
    ("the method is not covered", "signature_components_missing", drop("@method")),
    ("the authority is not covered", "signature_components_missing", drop("@authority")),
    ("the path is not covered", "signature_components_missing", drop("@path")),
    ("the digest of a body is not covered", "signature_components_missing", drop("content-digest")),
    ("the content type of a body is not covered", "signature_components_missing", drop("content-type")),
    ("nothing is covered", "signature_components_missing", lambda _, draft: draft.components.clear()),
    ("an idempotency key is sent uncovered", "signature_components_missing", uncovered("idempotency-key", "k")),
    ("a header is covered that is not sent", "signature_components_missing", covered('"date"')),
    ("a digest is covered and not sent", "signature_components_missing", unsent("content-digest")),
    ("a content type is covered and not sent", "signature_components_missing", unsent("content-type")),
    (
        "a member of the digest",
        "signature_components_missing",
        instead("content-digest", '"content-digest";key="sha-256"'),
    ),
    ("the path of another request", "signature_components_missing", instead("@path", '"@path";req')),
    ("the path in other case", "signature_components_missing", instead("@path", '"@Path"')),
    ("the whole target instead of its parts", "signature_components_missing", instead("@path", '"@request-target"')),
    ("the path is covered twice", "signature_malformed", covered('"@path"')),
    ("a header is covered twice", "signature_malformed", covered('"content-type"')),
    ("a component carries a parameter", "signature_malformed", covered('"content-type";sf')),
    ("a component is wrapped in bytes", "signature_malformed", covered('"content-type";bs')),
    ("a trailer is covered", "signature_malformed", covered('"content-type";tr')),
    ("the method of another request", "signature_components_missing", instead("@method", '"@method";req')),
    ("the authority of another request", "signature_components_missing", instead("@authority", '"@authority";req')),
    ("the method with a structure", "signature_components_missing", instead("@method", '"@method";sf')),
    ("a flag that is not set", "signature_components_missing", instead("@path", '"@path";req=?0')),
    ("the digest as bytes", "signature_components_missing", instead("content-digest", '"content-digest";bs')),
    ("the digest with a structure", "signature_components_missing", instead("content-digest", '"content-digest";sf')),
    ("the digest of a trailer", "signature_components_missing", instead("content-digest", '"content-digest";tr')),
    ("the scheme is covered", "signature_malformed", covered('"@scheme"')),
    ("a query's member is covered", "signature_malformed", covered('"@query-param";name="x"')),
    ("the path once more, of another request", "signature_malformed", covered('"@path";req')),
    ("a query is covered", "signature_malformed", covered('"@query"')),
    ("the target URI is covered", "signature_malformed", covered('"@target-uri"')),
    ("a derived component is unknown", "signature_malformed", covered('"@quen"')),
    ("the parameters cover themselves", "signature_malformed", covered('"@signature-params"')),
    ("the status of a response is covered", "signature_malformed", covered('"@status"')),
    ("the signature covers itself", "signature_malformed", covered('"signature"')),
    ("the signature's input is covered", "signature_malformed", covered('"signature-input"')),
    ("a component has upper case", "signature_malformed", covered('"Content-Type"')),
    ("a component's name is a token", "signature_malformed", covered("date")),
    ("a component's name is a number", "signature_malformed", covered("1")),
    ("a component's name is empty", "signature_malformed", covered('""')),
    ("a component's name has a colon", "signature_malformed", covered('"x: y"')),
    ("a component's name has a stray backslash", "signature_malformed", covered('"x\\ny"')),
    ("17 components are covered", "signature_malformed", covered(*(f'"x{number}"' for number in range(12)))),
    ("hundreds of components are covered", "signature_malformed", covered(*(f'"x{number}"' for number in range(900)))),
    ("a covered header has a newline", "signature_invalid", send("x-till", 'a\n"@path": /live/v1/other')),
    ("a covered header has a null", "signature_invalid", send("x-till", "a\0")),
    ("a covered header is not ASCII", "signature_invalid", send("x-till", "quầy 1")),
    ("a covered header is sent twice", "duplicate_header", both(send("x-till", "a"), part(doubled="x-till"))),
]

PARAMETERS: list[tuple[str, str, Bend]] = [
    ("there is no created", "signature_params_missing", parameter("created", None)),
    ("there is no expires", "signature_params_missing", parameter("expires", None)),
    ("there is no keyid", "signature_params_missing", parameter("keyid", None)),
    ("there is no nonce", "signature_params_missing", parameter("nonce", None)),
    ("there is no tag", "signature_params_missing", parameter("tag", None)),
    ("the tag is another API's", "signature_missing", parameter("tag", '"loyalty-partner-v2"')),
    ("the tag has other case", "signature_missing", parameter("tag", '"Loyalty-Partner-V1"')),
    ("the tag is a token", "signature_malformed", parameter("tag", "loyalty-partner-v1")),
    ("created is a string", "signature_malformed", parameter("created", '"1795317300"')),
    ("created is a decimal", "signature_malformed", parameter("created", "1795317300.0")),
    ("created is a date", "signature_malformed", parameter("created", "@1795317300")),
    ("created is a flag", "signature_malformed", parameter("created", "")),
    ("created is out of range", "signature_malformed", parameter("created", "9" * 16)),
    ("expires is true", "signature_malformed", parameter("expires", "?1")),
    ("keyid is a token", "signature_malformed", parameter("keyid", "key_0000000000000000")),
    ("keyid is bytes", "signature_malformed", parameter("keyid", ":AAAA:")),
    ("the nonce is short", "signature_malformed", parameter("nonce", f'"{"n" * 15}"')),
    ("the nonce is long", "signature_malformed", parameter("nonce", f'"{"n" * 129}"')),
    ("the nonce is empty", "signature_malformed", parameter("nonce", '""')),
    ("the nonce has the separator of our keys", "signature_malformed", parameter("nonce", f'"{NONCE}#NONCE"')),
    ("the nonce has a blank", "signature_malformed", parameter("nonce", f'"{NONCE} "')),
    ("the nonce is a number", "signature_malformed", parameter("nonce", "123456789012345")),
    ("alg is a token", "signature_malformed", parameter("alg", "hmac-sha256")),
    ("created comes twice", "signature_malformed", doubled("created", "1")),
    ("expires comes twice", "signature_malformed", doubled("expires", "9999999999")),
    ("keyid comes twice", "signature_malformed", doubled("keyid", '"key_0123456789abcdef"')),
    ("the nonce comes twice", "signature_malformed", doubled("nonce", f'"{NONCE}"')),
    ("alg comes twice", "signature_malformed", both(parameter("alg", '"hmac-sha256"'), doubled("alg", '"none"'))),
    ("the tag comes twice", "signature_malformed", doubled("tag", '"loyalty-partner-v1"')),
    ("the nonce is not ASCII", "signature_malformed", parameter("nonce", f'"{NONCE}é"')),
    ("the nonce has a newline", "signature_malformed", parameter("nonce", f'"{NONCE}\n"')),
    ("the nonce is a display string", "signature_malformed", parameter("nonce", f'%"{NONCE}"')),
    ("there is a parameter that nobody knows", "signature_malformed", parameter("context", '"x"')),
    ("it was created 301 seconds ago", "signature_expired", times(-301, -1)),
    ("it was created 301 seconds ago and claims to live", "signature_expired", times(-301, 100)),
    ("it was created 61 seconds ahead", "signature_expired", times(61, 300)),
    ("it expired a second ago", "signature_expired", times(-100, -1)),
    ("it lives 301 seconds", "signature_expired", times(0, 301)),
    ("it lives for ever", "signature_expired", times(0, 10**9)),
    ("it was created before 1970", "signature_expired", parameter("created", "-1")),
    ("it was created in the far future", "signature_expired", parameter("created", "9" * 15)),
    ("it was created in milliseconds", "signature_expired", parameter("created", "1795317300000")),
]

CONTENT: list[tuple[str, str, Bend]] = [
    ("the digest is of another body", "content_digest_mismatch", digest(content_digest(b"{}"))),
    ("one digest of two is wrong", "content_digest_mismatch", digest(f"sha-256=:{SHA_256}:, sha-512=:{'A' * 86}==:")),
    ("the other of two is wrong", "content_digest_mismatch", digest(f"sha-512=:{SHA_512}:, {content_digest(b'{}')}")),
    ("the only digest is SHA-512's of another body", "content_digest_mismatch", digest(f"sha-512=:{'A' * 86}==:")),
    (
        "a wrong digest hides behind an unknown one",
        "content_digest_mismatch",
        digest(f"md5=:AAAA:, {content_digest(b'')}"),
    ),
    ("there is a digest of no body", "content_digest_mismatch", digest(content_digest(b""))),
    (
        "there is no body, and a digest of one",
        "content_digest_mismatch",
        both(part(body=b""), digest(f"sha-256=:{SHA_256}:")),
    ),
    ("a SHA-512 says that it is SHA-256", "content_digest_malformed", digest(f"sha-256=:{SHA_512}:")),
    ("a digest is a list", "content_digest_malformed", digest(f"sha-256=(:{SHA_256}:)")),
    ("a digest is base64url", "content_digest_malformed", digest(f"sha-256=:{'-_' * 21}8=:")),
    ("the digest is MD5", "content_digest_unsupported", digest("md5=:1B2M2Y8AsgTpgAmY7PhCfg==:")),
    ("the digest is SHA-1", "content_digest_unsupported", digest("sha=:2jmj7l5rSw0yVb/vlWAYkK/YBwk=:")),
    ("the digest's algorithm has other case", "content_digest_malformed", digest(f"SHA-256=:{SHA_256}:")),
    ("the digest is the old header's form", "content_digest_malformed", digest(f"SHA-256={SHA_256}")),
    ("the digest is hexadecimal", "content_digest_malformed", digest(f"sha-256={hashlib.sha256(BODY).hexdigest()}")),
    ("the digest is a string", "content_digest_malformed", digest('sha-256="abc"')),
    ("the digest is a flag", "content_digest_malformed", digest("sha-256")),
    ("the digest is empty bytes", "content_digest_malformed", digest("sha-256=::")),
    ("the digest is of the wrong length", "content_digest_malformed", digest("sha-256=:AAAA:")),
    ("the digest is no base64", "content_digest_malformed", digest("sha-256=:!!!!:")),
    ("the digest has no value", "content_digest_malformed", digest("sha-256=")),
    ("the digest is nothing", "content_digest_malformed", digest("")),
    ("an unknown digest is no bytes", "content_digest_malformed", digest(f"sha-256=:{SHA_256}:, x=1")),
]

ENVELOPE: list[tuple[str, str, Bend]] = [
    ("the path has an escape", "path_not_canonical", path("/live/v1/purchase%73")),
    ("the path has an escaped slash", "path_not_canonical", path("/live/v1/purchases%2f..")),
    ("the path has a dot segment", "path_not_canonical", path("/live/v1/./purchases")),
    ("the path climbs", "path_not_canonical", path("/live/v1/members/../purchases")),
    ("the path ends by climbing", "path_not_canonical", path("/live/v1/purchases/..")),
    ("the path has two slashes", "path_not_canonical", path("/live//v1/purchases")),
    ("the path begins with two slashes", "path_not_canonical", path("//live/v1/purchases")),
    ("the path ends with a slash", "path_not_canonical", path("/live/v1/purchases/")),
    ("the path is relative", "path_not_canonical", path("live/v1/purchases")),
    ("the path is empty", "path_not_canonical", path("")),
    ("the path has a backslash", "path_not_canonical", path("/live/v1\\purchases")),
    ("the path has path parameters", "path_not_canonical", path("/live/v1/purchases;x=1")),
    ("the path has a query", "path_not_canonical", path("/live/v1/purchases?x=1")),
    ("the path has a fragment", "path_not_canonical", path("/live/v1/purchases#x")),
    ("the path has a newline", "path_not_canonical", path('/live/v1/purchases\n"@method": GET')),
    ("the path ends in a newline", "path_not_canonical", path("/live/v1/purchases\n")),
    ("the path has a null", "path_not_canonical", path("/live/v1/purchases\0")),
    ("the path has a blank", "path_not_canonical", path("/live/v1/pur chases")),
    ("the path is not ASCII", "path_not_canonical", path("/live/v1/purchasés")),
    ("the path has a full-width dot", "path_not_canonical", path("/live/v1/．．/purchases")),
    ("the path has an escape of an escape", "path_not_canonical", path("/live/v1/%252e%252e/purchases")),
    ("the path has an escaped null", "path_not_canonical", path("/live/v1/purchases%00")),
    ("the path has a session", "path_not_canonical", path("/live/v1/purchases;jsessionid=1")),
    ("the path climbs out", "path_not_canonical", path("/live/../../v1/purchases")),
    ("the path has a slash of another script", "path_not_canonical", path("/live/v1/purchases\u2215r-1")),
    ("the path has a letter of another script", "path_not_canonical", path("/live/v1/purch\u0430ses")),
    ("the path has an invisible character", "path_not_canonical", path("/live/v1/purchases\u200b")),
    ("the path has half a surrogate pair", "path_not_canonical", path("/live/v1/purchases\ud800")),
    ("the path has a tab", "path_not_canonical", path("/live/v1/purchases\t")),
    ("the path has a delete", "path_not_canonical", path("/live/v1/purchases\x7f")),
    ("the path is a whole URL", "path_not_canonical", path("https://api.quen.example/live/v1/purchases")),
    ("the path is a star", "path_not_canonical", path("*")),
    ("the path is endless", "path_not_canonical", path("/live/" + "a" * 2000)),
    ("there is a query", "query_not_allowed", part(has_query=True)),
    ("the body is a byte too large", "body_too_large", part(body=b" " * (128 * 1024 + 1))),
    ("a header is too large", "headers_too_large", uncovered("x-noise", "x" * 16 * 1024)),
    (
        "there are too many headers",
        "headers_too_large",
        both(*(uncovered(f"x-{number}", "noise") for number in range(4000))),
    ),
]
