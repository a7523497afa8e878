"""A partner's request is let in when it is signed after the profile, once, by a key that counts."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from datetime import timedelta

import pytest
from msgspec.structs import replace

from quen.client.signing import content_digest
from quen.errors import PartnerForbiddenError, QuenError, TemporarilyUnavailableError
from quen.partners.model import (
    Algorithm,
    PartnerState,
    Right,
    SignatureInvalidError,
    SignatureReplayedError,
    SignedRequest,
    UnauthenticatedError,
)
from quen.partners.service import Partners
from quen.partners.signatures import Rfc9421Signatures
from unit.partners.drafts import BODY, Draft, assert_refused, make_draft
from unit.partners.fakes import World


@pytest.fixture
def world() -> World:
    return World()


def accepts(world: World, draft: Draft) -> bool:
    caller = world.partners.authenticate(draft.sign())
    return (caller.partner_id, caller.key_id) == (world.partner.partner_id, draft.credentials.key_id)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_algorithm_of_the_profile_is_taken(world: World, algorithm: Algorithm) -> None:
    assert accepts(world, make_draft(world, algorithm))


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_alg_may_repeat_what_the_key_says(world: World, algorithm: Algorithm) -> None:
    draft = make_draft(world, algorithm)
    draft.parameters["alg"] = f'"{algorithm}"'
    assert accepts(world, draft)


def test_a_request_without_a_body_covers_three_components(world: World) -> None:
    draft = make_draft(world, method="GET", path="/live/v1/purchases/r-1", body=b"")
    assert draft.components == ['"@method"', '"@authority"', '"@path"']
    assert accepts(world, draft)


def test_an_idempotency_key_is_covered_too(world: World) -> None:
    draft = make_draft(world)
    draft.cover("idempotency-key", '"k-1"')
    assert accepts(world, draft)


def test_more_headers_may_be_covered(world: World) -> None:
    draft = make_draft(world)
    draft.cover("date", "Sun, 22 Nov 2026 03:15:00 GMT")
    draft.cover("x-till", "a\tb")
    assert accepts(world, draft)


def test_components_and_parameters_come_in_any_order(world: World) -> None:
    draft = make_draft(world)
    draft.components.reverse()
    draft.parameters = dict(reversed(draft.parameters.items()))
    assert accepts(world, draft)


@pytest.mark.parametrize(("created", "expires"), [(-300, 0), (0, 0), (60, 360), (0, 300), (-1, 299)])
def test_the_window_includes_its_edges(world: World, created: int, expires: int) -> None:
    draft = make_draft(world)
    draft.parameters |= {"created": str(draft.created + created), "expires": str(draft.created + expires)}
    assert accepts(world, draft)


@pytest.mark.parametrize("nonce", ["n" * 16, "n" * 128, "AZaz09_=-AZaz09_="])
def test_nonces_of_every_length_and_character(world: World, nonce: str) -> None:
    draft = make_draft(world)
    draft.parameters["nonce"] = f'"{nonce}"'
    assert accepts(world, draft)


@pytest.mark.parametrize(
    "digest",
    [
        f"sha-512=:{base64.b64encode(hashlib.sha512(BODY).digest()).decode()}:",
        f"{content_digest(BODY)}, sha-512=:{base64.b64encode(hashlib.sha512(BODY).digest()).decode()}:",
        f"md5=:1B2M2Y8AsgTpgAmY7PhCfg==:, {content_digest(BODY)}",
        f"{content_digest(BODY)};comment=1",
    ],
)
def test_known_digests_that_match_are_enough(world: World, digest: str) -> None:
    draft = make_draft(world)
    draft.headers["content-digest"] = [digest]
    assert accepts(world, draft)


@pytest.mark.parametrize("member", ['other=("@method");created=1;tag="theirs"', 'x=("a";b);created="soon";tag=7', "y"])
def test_signatures_of_others_are_ignored_however_odd(world: World, member: str) -> None:
    request = make_draft(world).sign()
    label = member.partition("=")[0]
    doubled = {
        "signature-input": [f"{member}, {request.headers['signature-input'][0]}"],
        "signature": [f"{request.headers['signature'][0]}, {label}=:AAAA:"],
    }
    assert world.partners.authenticate(replace(request, headers={**request.headers, **doubled}))


def test_header_names_in_any_case_and_blanks_around_values(world: World) -> None:
    request = make_draft(world).sign()
    shouted = {name.upper(): [f"  {value}\t" for value in values] for name, values in request.headers.items()}
    assert world.partners.authenticate(replace(request, headers=shouted))


def test_other_headers_may_repeat(world: World) -> None:
    request = make_draft(world).sign()
    assert world.partners.authenticate(replace(request, headers={**request.headers, "x-forwarded-for": ["a", "b"]}))


def test_the_largest_body_is_taken(world: World) -> None:
    assert accepts(world, make_draft(world, body=b" " * 128 * 1024))


def test_a_request_counts_once(world: World) -> None:
    request = make_draft(world).sign()
    world.partners.authenticate(request)
    for seconds in (0, 1, 299):
        world.clock.advance(seconds)
        with pytest.raises((SignatureReplayedError, SignatureInvalidError)) as refusal:
            world.partners.authenticate(request)
        assert refusal.value.code == "signature_replayed"


def test_the_same_nonce_under_a_new_signature_is_a_replay(world: World) -> None:
    first, second = make_draft(world), make_draft(world, path="/live/v1/redemptions")
    second.parameters["nonce"] = first.parameters["nonce"]
    world.partners.authenticate(first.sign())
    with pytest.raises(SignatureReplayedError):
        world.partners.authenticate(second.sign())


def test_nonces_of_two_keys_are_two(world: World) -> None:
    first, second = make_draft(world), make_draft(world, Algorithm.ED25519)
    second.parameters["nonce"] = first.parameters["nonce"]
    assert accepts(world, first)
    assert accepts(world, second)


def test_an_unproven_request_uses_up_no_nonce(world: World) -> None:
    good = make_draft(world)
    forged = replace(good.sign(), path="/live/v1/redemptions")
    assert_refused(world, forged, "signature_invalid")
    assert accepts(world, good)


def test_without_the_nonce_store_nobody_gets_in(world: World) -> None:
    class Down:
        def claim(self, key_id: str, nonce: str, *, expires: int, now: int) -> bool:
            raise TemporarilyUnavailableError

    partners = Partners(world.records, Down(), world.secrets, Rfc9421Signatures(), world.clock)
    with pytest.raises(TemporarilyUnavailableError):
        partners.authenticate(make_draft(world).sign())


# The order of the checks: with everything wrong at once, each step hides the ones after it.
ORDER = (
    "body_too_large",
    "duplicate_header",
    "path_not_canonical",
    "query_not_allowed",
    "signature_malformed",
    "signature_components_missing",
    "signature_params_missing",
    "signature_expired",
    "signature_invalid",
    "content_digest_mismatch",
    "signature_replayed",
)


@pytest.mark.parametrize("step", range(len(ORDER)))
def test_the_checks_come_in_their_order(world: World, step: int) -> None:
    wrong = ORDER[step:]
    draft = make_draft(world, body=b" " * 200_000 if "body_too_large" in wrong else BODY)
    if "content_digest_mismatch" in wrong:
        draft.headers["content-digest"] = [content_digest(b"another")]
    if "signature_components_missing" in wrong:
        draft.components.remove('"@method"')
    if "signature_params_missing" in wrong:
        del draft.parameters["expires"]
    elif "signature_expired" in wrong:
        draft.parameters["expires"] = str(draft.created - 1)
    if "signature_invalid" in wrong:
        draft.signer = lambda _: bytes(32)
    if "path_not_canonical" in wrong:
        draft.path = "/live//v1"
    draft.has_query = "query_not_allowed" in wrong
    if "signature_replayed" in wrong:
        world.nonces.kept[draft.credentials.key_id, draft.parameters["nonce"].strip('"')] = 2**40
    request = draft.sign()
    if "signature_malformed" in wrong:
        request = replace(request, headers={**request.headers, "signature": ["sig1=?1"]})
    if "duplicate_header" in wrong:
        request = replace(request, headers={**request.headers, "host": ["a", "b"]})
    with pytest.raises(QuenError) as refusal:
        world.partners.authenticate(request)
    assert refusal.value.code == ORDER[step]


def test_rights_are_asked_last(world: World) -> None:
    world.records.partners[world.partner.partner_id] = replace(world.partner, state=PartnerState.SUSPENDED)
    request = make_draft(world).sign()
    with pytest.raises(PartnerForbiddenError):
        world.partners.authenticate(request)
    with pytest.raises(SignatureReplayedError):
        world.partners.authenticate(request)


def test_a_caller_has_the_rights_of_its_partner(world: World) -> None:
    world.records.partners[world.partner.partner_id] = replace(world.partner, rights=frozenset({Right.READ_PURCHASES}))
    caller = world.partners.authenticate(make_draft(world).sign())
    caller.require(Right.READ_PURCHASES)
    with pytest.raises(PartnerForbiddenError):
        caller.require(Right.RECORD_PURCHASES)


def test_every_401_says_which_signature_would_do(world: World) -> None:
    draft = make_draft(world)
    draft.cover("idempotency-key", "k")
    draft.signer = lambda _: bytes(32)
    with pytest.raises(UnauthenticatedError) as refusal:
        world.partners.authenticate(draft.sign())
    assert refusal.value.accept_signature == (
        'sig1=("@method" "@authority" "@path" "content-type" "content-digest" "idempotency-key")'
        ';created;expires;tag="loyalty-partner-v1"'
    )
    with pytest.raises(UnauthenticatedError) as refusal:
        world.partners.authenticate(SignedRequest("GET", draft.authority, "/live/v1/x", {}))
    expected = 'sig1=("@method" "@authority" "@path");created;expires;tag="loyalty-partner-v1"'
    assert refusal.value.accept_signature == expected


def test_a_revocation_counts_within_a_minute_in_every_process(world: World) -> None:
    elsewhere = Partners(world.records, world.nonces, world.secrets, Rfc9421Signatures(), world.clock)
    draft = make_draft(world)
    elsewhere.authenticate(draft.sign())
    world.partners.revoke_key(world.partner.partner_id, draft.credentials.key_id)
    world.clock.advance(60)
    with pytest.raises(SignatureInvalidError):
        elsewhere.authenticate(make_draft(world).sign())


def test_a_revocation_counts_at_once_where_it_was_made(world: World) -> None:
    draft = make_draft(world)
    assert accepts(world, draft)
    world.partners.revoke_key(world.partner.partner_id, draft.credentials.key_id)
    with pytest.raises(SignatureInvalidError):
        world.partners.authenticate(make_draft(world).sign())


def test_a_key_is_read_once_in_a_while(world: World) -> None:
    for _ in range(5):
        world.partners.authenticate(make_draft(world).sign())
    assert world.records.reads == 1
    world.clock.advance(-30)  # a clock set back makes what is kept look old, never young
    world.partners.authenticate(make_draft(world).sign())
    assert world.records.reads == 2


def test_keys_rotate_with_overlap(world: World) -> None:
    old = make_draft(world)
    until = world.clock.now() + timedelta(seconds=100)
    world.partners.retire_key(world.partner.partner_id, old.credentials.key_id, not_after=until)
    world.credentials[Algorithm.HMAC_SHA256] = world.issue(Algorithm.HMAC_SHA256)
    assert accepts(world, old)
    assert accepts(world, make_draft(world))
    world.clock.advance(100)
    late = dataclasses.replace(make_draft(world), credentials=old.credentials)
    with pytest.raises(SignatureInvalidError):
        world.partners.authenticate(late.sign())
    assert accepts(world, make_draft(world))
