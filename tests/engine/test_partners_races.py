"""Races over partners' items, on engines that are faithful about conditions: no request too many, no record too many."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from quen.dynamodb import put
from quen.errors import ConflictRetryError
from quen.partners.counts import RequestCountStore
from quen.partners.items import PointerItem
from quen.partners.leases import RequestLimits
from quen.partners.model import Algorithm, KeyState, PartnerKey
from quen.partners.rates import GROUP_PER_MINUTE_MAX, RatedAction, RouteGroup
from quen.partners.service import Partners
from quen.partners.signatures import Rfc9421Signatures
from quen.partners.store import PartnerStore
from quen.requests import RateLimitedError
from quen.writes import Write
from unit.partners.fakes import NOW, FakeKeySecrets, FakeNonces, FixedClock, make_private_pem

RACERS = 16
PROCESSES = 8
AT_MOST = 40


def test_a_minute_s_requests_are_counted_exactly(engine: Any, tables: dict[str, str]) -> None:
    counts, minute = RequestCountStore(engine, tables["program"]), NOW.replace(second=0, microsecond=0)

    def ask(_: int) -> bool:
        return counts.count("ptn_1", RatedAction.SEARCH_MEMBERS, minute, at_most=AT_MOST) is not None

    with ThreadPoolExecutor(RACERS) as pool:
        assert Counter(pool.map(ask, range(2 * AT_MOST))) == {True: AT_MOST, False: AT_MOST}


def test_processes_that_lease_at_once_let_in_never_more_than_the_limit(engine: Any, tables: dict[str, str]) -> None:
    counts, at_most = RequestCountStore(engine, tables["program"]), GROUP_PER_MINUTE_MAX[RouteGroup.BACK_OFFICE]

    def run(_: int) -> int:
        limits = RequestLimits(counts, FixedClock())
        admitted = 0
        for _ in range(at_most):
            try:
                limits.count("key_1", RouteGroup.BACK_OFFICE)
            except RateLimitedError:
                break
            admitted += 1
        return admitted

    with ThreadPoolExecutor(PROCESSES) as pool:
        admitted = sum(pool.map(run, range(PROCESSES)))
    # Who is refused a lease of six leaves five at the most.
    assert at_most - 5 <= admitted <= at_most
    assert counts.counted("key_1", RouteGroup.BACK_OFFICE, NOW.replace(second=0, microsecond=0)) == admitted


@pytest.mark.parametrize("state", [KeyState.ACTIVE, KeyState.RETIRING])
def test_a_key_that_many_revoke_at_once_is_revoked_with_one_record(
    engine: Any, tables: dict[str, str], state: KeyState
) -> None:
    records = PartnerStore(engine, tables["program"])
    partners = Partners(records, FakeNonces(), FakeKeySecrets(), Rfc9421Signatures(), FixedClock())
    partner_id = partners.create("Bún Chả 36").partner_id
    public = make_private_pem(Algorithm.ED25519)[1]
    key_id = partners.create_key(partner_id, "ed25519", public_key=public).key.key_id
    if state is KeyState.RETIRING:
        partners.retire_key(partner_id, key_id, not_after=NOW + timedelta(days=1))

    def revoke(number: int) -> str:
        def record(before: PartnerKey, after: PartnerKey) -> list[Write]:
            return [put("audit", PointerItem(PK="AUDIT", SK=f"{before.state} {after.state} {number}"))]

        try:
            return partners.revoke_key(partner_id, key_id, others=record).state
        except ConflictRetryError as error:
            return error.code

    with ThreadPoolExecutor(RACERS) as pool:
        outcomes = set(pool.map(revoke, range(RACERS)))
    assert "revoked" in outcomes <= {"revoked", "conflict_retry"}
    written = [
        item["SK"]["S"] for item in engine.scan(TableName=tables["program"])["Items"] if item["PK"]["S"] == "AUDIT"
    ]
    assert [one.rpartition(" ")[0] for one in written] == [f"{state} revoked"]
    assert revoke(RACERS) == "revoked"
