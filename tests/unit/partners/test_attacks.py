"""The attack table: every request that somebody could send, the exact refusal of each, and nothing spent by any.

Four kinds: bent before it was signed (by one who holds a key), forged without the key, tampered with on the way, and sent
again. What an attacker puts beside the signed parts changes nothing at all.
"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from quen.errors import QuenError
from quen.partners.model import Algorithm
from quen.partners.service import Partners
from quen.partners.signatures import Rfc9421Signatures
from unit.partners.bent_requests import CONTENT, COVERED, ENVELOPE, PARAMETERS, Bend
from unit.partners.drafts import assert_refused, make_draft
from unit.partners.fakes import NOW, World
from unit.partners.forged_requests import FORGED
from unit.partners.replayed_requests import REPLAYED, Replay
from unit.partners.tampered_requests import TAMPERED, Tamper

BENT = COVERED + PARAMETERS + CONTENT + ENVELOPE
ATTACKS = [
    *(f"bent: {name}" for name, _, _ in BENT),
    *(f"forged: {name}" for name, _, _ in FORGED),
    *(f"tampered with: {name}" for name, _, _ in TAMPERED),
    *(f"sent again: {name}" for name, _, _, _ in REPLAYED),
]


def test_there_are_at_least_120_attacks_each_with_a_name_of_its_own() -> None:
    assert len(ATTACKS) == len(set(ATTACKS)) >= 120


@pytest.mark.parametrize(("code", "bend"), [pytest.param(code, bend, id=name) for name, code, bend in BENT + FORGED])
def test_a_request_bent_before_it_is_signed_is_refused(code: str, bend: Bend) -> None:
    world = World()
    draft = make_draft(world)
    nonce = draft.parameters["nonce"]
    bend(world, draft)
    assert_refused(world, draft.sign(), code)
    # The same nonce, by a key that counts whatever was done to the others: nothing else is refused here.
    world.credentials[Algorithm.HMAC_SHA256] = world.issue(Algorithm.HMAC_SHA256)
    straight = make_draft(world)
    straight.parameters["nonce"] = nonce
    assert world.partners.authenticate(straight.sign()).partner == world.partner


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize(("code", "tamper"), [pytest.param(code, tamper, id=name) for name, code, tamper in TAMPERED])
def test_a_request_tampered_with_after_it_was_signed_is_refused(
    code: str, tamper: Tamper, algorithm: Algorithm
) -> None:
    world = World()
    request = make_draft(world, algorithm).sign()
    assert_refused(world, tamper(world, request), code)
    world.clock.instant = NOW
    assert world.partners.authenticate(request).partner == world.partner, "untouched it passes: nothing was spent"


@pytest.mark.parametrize(
    ("code", "algorithm", "replay"),
    [pytest.param(code, algorithm, replay, id=name) for name, code, algorithm, replay in REPLAYED],
)
def test_a_request_that_was_let_in_is_refused_when_it_is_sent_again(
    code: str, algorithm: Algorithm, replay: Replay
) -> None:
    world = World()
    draft = make_draft(world, algorithm)
    sent = draft.sign()
    world.partners.authenticate(sent)
    # Another process: it has never seen this request, only the nonces are common.
    elsewhere = Partners(world.records, world.nonces, world.secrets, Rfc9421Signatures(), world.clock)
    again = replay(world, draft, sent)
    for partners in (world.partners, elsewhere):
        with pytest.raises(QuenError) as refusal:
            partners.authenticate(again)
        assert refusal.value.code == code


LIES = {
    "host": "evil.example",
    "x-forwarded-host": "evil.example",
    "forwarded": "host=evil.example;proto=http",
    "x-forwarded-proto": "http",
    "x-forwarded-prefix": "/test",
    "x-original-url": "/live/v1/redemptions",
    "x-rewrite-url": "/live/v1/redemptions",
    "x-http-method-override": "DELETE",
    "x-http-method": "DELETE",
    "x-method-override": "DELETE",
    "authorization": "Bearer eyJhbGciOiJub25lIn0.e30.",
    "digest": "SHA-256=AAAA",
    "x-amz-date": "20200101T000000Z",
    "x-partner-id": "ptn_0000000000000000",
}


@pytest.mark.parametrize("name", LIES)
def test_a_header_that_lies_beside_the_signature_changes_nothing(name: str) -> None:
    world = World()
    request = make_draft(world).sign()
    lying = replace(request, headers={**request.headers, name: [LIES[name]]})
    assert world.partners.authenticate(lying).partner == world.partner


def test_a_host_that_is_covered_and_lies_does_not_move_the_authority() -> None:
    world = World()
    draft = make_draft(world, authority="evil.example")
    draft.cover("host", "api.quen.example")
    assert_refused(world, replace(draft.sign(), authority="api.quen.example"), "signature_invalid")
