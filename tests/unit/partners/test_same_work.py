"""Nobody learns which keys there are, from an answer or from how long it takes: a refusal costs what the request asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from msgspec.structs import replace

from quen.ids import new_id
from quen.partners.credentials import CACHE_KEYS_MAX, CACHE_SECONDS, CACHE_UNKNOWN_MAX, Kept
from quen.partners.model import Algorithm, ParsedSignature, SignatureInvalidError, SignedRequest
from quen.partners.service import Partners
from quen.partners.signatures import Rfc9421Signatures
from unit.partners.drafts import Draft, make_draft
from unit.partners.fakes import NOW, World

UNKNOWN = "key_0123456789abcdef"
Bend = Callable[[World, Draft], None]


@dataclass
class CountingSignatures(Rfc9421Signatures):
    """The real thing, counted."""

    verified: list[Algorithm] = field(default_factory=list)

    def verify(self, request: SignedRequest, signature: ParsedSignature, algorithm: Algorithm, material: bytes) -> bool:
        self.verified.append(algorithm)
        return super().verify(request, signature, algorithm, material)


def wrong(_: World, draft: Draft) -> None:
    signer = draft.signer or draft.credentials.sign
    draft.signer = lambda base: signer(base + b" ")


def unknown(_: World, draft: Draft) -> None:
    draft.parameters["keyid"] = f'"{UNKNOWN}"'


def revoked(world: World, draft: Draft) -> None:
    world.partners.revoke_key(world.partner.partner_id, draft.parameters["keyid"].strip('"'))


def not_yet(world: World, draft: Draft) -> None:
    key = world.records.keys[draft.parameters["keyid"].strip('"')]
    world.records.keys[key.key_id] = replace(key, not_before=NOW + timedelta(days=1))


def of_another_kind(world: World, draft: Draft) -> None:
    other = next(one for one in Algorithm if one != draft.credentials.algorithm)
    draft.parameters["keyid"] = f'"{world.credentials[other].key_id}"'


def work_of(world: World, bend: Bend, algorithm: Algorithm, *, names_it: bool) -> list[object]:
    """Refuses the same request twice, and says what that took: the answer, the verifications, the reads of each kind."""
    draft = make_draft(world, algorithm)
    if names_it:
        draft.parameters["alg"] = f'"{algorithm}"'
    bend(world, draft)
    signatures = CountingSignatures()
    partners = Partners(world.records, world.nonces, world.secrets, signatures, world.clock)
    seen: list[object] = []
    for _ in range(2):
        signatures.verified.clear()
        before = (world.records.reads, world.records.partners_read, world.secrets.reads)
        with pytest.raises(SignatureInvalidError) as refusal:
            partners.authenticate(draft.sign())
        after = (world.records.reads, world.records.partners_read, world.secrets.reads)
        seen.append([late - early for early, late in zip(before, after, strict=True)])
        seen.append((refusal.value.detail, refusal.value.accept_signature, sorted(signatures.verified)))
    return seen


@pytest.mark.parametrize("names_it", [True, False], ids=["with alg", "without alg"])
@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("bend", [unknown, revoked, not_yet, of_another_kind], ids=lambda bend: bend.__name__)
def test_a_refusal_costs_what_that_of_a_wrong_signature_costs(bend: Bend, algorithm: Algorithm, names_it: bool) -> None:
    assert work_of(World(), bend, algorithm, names_it=names_it) == work_of(World(), wrong, algorithm, names_it=names_it)


def test_the_first_of_two_reads_everything_and_the_second_nothing() -> None:
    for bend in (wrong, unknown):
        first, _, second, _ = work_of(World(), bend, Algorithm.HMAC_SHA256, names_it=False)
        assert (first, second) == ([1, 1, 1], [0, 0, 0])


def test_a_request_that_claims_a_public_key_s_signature_asks_for_no_secret() -> None:
    for bend in (wrong, unknown):
        first, *_ = work_of(World(), bend, Algorithm.ED25519, names_it=False)
        assert first == [1, 1, 0]


def test_a_flood_of_made_up_ids_evicts_no_key_and_takes_bounded_room() -> None:
    asked: list[str] = []

    def read(key_id: str) -> str | None:
        asked.append(key_id)
        return "known" if key_id == "key_of_a_till" else None

    kept = Kept(read)
    kept.find("key_of_a_till", NOW)
    for _ in range(CACHE_UNKNOWN_MAX + 1):
        kept.find(new_id("key"), NOW)
    assert kept.find("key_of_a_till", NOW) == "known"
    assert asked.count("key_of_a_till") == 1
    first = asked[1]
    kept.find(first, NOW)
    assert asked.count(first) == 2, "the oldest made room"


def test_keys_take_bounded_room_too() -> None:
    asked: list[str] = []
    kept = Kept(lambda key_id: asked.append(key_id) or "known")
    for number in range(CACHE_KEYS_MAX + 1):
        kept.find(f"key_{number}", NOW)
    kept.find("key_0", NOW)
    assert asked.count("key_0") == 2


def test_what_is_kept_is_read_anew_after_its_time() -> None:
    answers = iter([None, "known", "changed"])
    kept = Kept(lambda _: next(answers))
    late = timedelta(seconds=CACHE_SECONDS)
    assert kept.find("key_1", NOW) is None
    assert kept.find("key_1", NOW + late) == "known"
    assert kept.find("key_1", NOW + late) == "known"
    assert kept.find("key_1", NOW + late * 2) == "changed"


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(lambda _, draft: draft.parameters.update({"keyid": '"../../secret"'}), id="no key's id"),
        pytest.param(lambda _, draft: draft.parameters.update({"alg": '"none"'}), id="an algorithm that we lack"),
        pytest.param(lambda _, draft: setattr(draft, "signer", lambda _base: b"short"), id="a length that none has"),
    ],
)
def test_what_can_be_no_signature_whatever_the_key_costs_nothing(bend: Bend) -> None:
    first, _, second, (_, _, verified) = work_of(World(), bend, Algorithm.HMAC_SHA256, names_it=False)
    assert (first, second, verified) == ([0, 0, 0], [0, 0, 0], [])
