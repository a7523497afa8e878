"""What a command takes of a partner's totals, by counts that it read; and what comes back. No table is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from factories import NOON, make_program
from partnering import PARTNER, POSTPAID, PREPAID, UNTROUBLED, capped, make_partner, prepaid
from quen.partners.model import Partner, TotalKey
from quen.partners.model.refusals import PartnerBudgetExhaustedError, PartnerCapReachedError
from quen.partners.totals import Today, Totals
from quen.writes import Write

TODAY = Today(make_program(), NOON)
PACK: TotalKey = ("PACK", PARTNER)
CAP: TotalKey = ("CAP", f"{PARTNER}/2026-11-22/issued")


@dataclass
class Counted:
    """Counts that a test sets, and what was asked of them."""

    taken: dict[TotalKey, dict[str, int]] = field(default_factory=dict)
    reads: list[Sequence[TotalKey]] = field(default_factory=list)

    def count_taken(self, keys: Sequence[TotalKey]) -> Mapping[TotalKey, Mapping[str, int]]:
        self.reads.append(keys)
        return {key: self.taken.get(key, {}) for key in keys}

    def take(
        self, key: TotalKey, shard: str, points: int, capacity: int | None, expires_at_epoch: int | None = None
    ) -> Write:
        asked = {"shard": shard, "points": points, "capacity": capacity, "until": expires_at_epoch}
        return Write(" ".join(key), "Update", asked)

    def give_back(self, key: TotalKey, shard: str, points: int) -> Write:
        return Write(" ".join(key), "Update", {"shard": shard, "points": -points})


@dataclass
class Desk:
    """Totals over such counts, and the partner as it is by now."""

    counts: Counted = field(default_factory=Counted)
    is_now: Partner | None = None
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.totals = Totals(self.counts, self.find)

    def find(self, partner_id: str) -> Partner | None:
        self.found.append(partner_id)
        return self.is_now


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("partner", [None, make_partner(), make_partner(terms=POSTPAID)])
def test_without_a_total_nothing_is_read_and_nothing_taken(desk: Desk, partner: Partner | None) -> None:
    taking = desk.totals.issuing(partner, TODAY)
    assert (taking.writes(10**9), taking.kept(10**9)) == ([], {})
    assert desk.counts.reads == desk.found == []


def test_all_totals_are_read_at_once(desk: Desk) -> None:
    partner = replace(capped(issued=50), terms=PREPAID, packs=100)
    taking = desk.totals.issuing(partner, TODAY, "a purchase")
    assert [set(keys) for keys in desk.counts.reads] == [{PACK, CAP}]
    assert [write.name for write in taking.writes(10)] == [" ".join(CAP), " ".join(PACK)]


def test_nothing_given_takes_nothing_of_an_empty_pack(desk: Desk) -> None:
    taking = desk.totals.issuing(prepaid(0), TODAY)
    assert (taking.writes(0), taking.kept(0), desk.found) == ([], {}, [])


def test_the_whole_is_taken_from_several_shards_or_nothing(desk: Desk) -> None:
    taking = desk.totals.issuing(prepaid(10), TODAY, "a purchase")
    assert sum(write.parameters["points"] for write in taking.writes(10)) == 10
    assert sum(taking.kept(10)[f"PACK#{PARTNER}"].values()) == 10
    desk.is_now = prepaid(10)
    with pytest.raises(PartnerBudgetExhaustedError):
        taking.writes(11)


def test_a_document_remembers_what_the_writes_take(desk: Desk) -> None:
    taking = desk.totals.issuing(prepaid(10), TODAY, "a purchase")
    written = {write.parameters["shard"]: write.parameters["points"] for write in taking.writes(9)}
    assert taking.kept(9) == {f"PACK#{PARTNER}": written}


def test_what_was_withdrawn_is_not_given_away(desk: Desk) -> None:
    # Bought 10, 4 of them withdrawn again: counted as taken, of a total that stays 10.
    desk.counts.taken[PACK] = {"0": 3, "1": 1}
    partner = prepaid(6, withdrawn=4)
    desk.is_now = partner
    taking = desk.totals.issuing(partner, TODAY)
    assert sum(write.parameters["points"] for write in taking.writes(6)) == 6
    with pytest.raises(PartnerBudgetExhaustedError):
        taking.plan(7)


def test_before_it_refuses_the_partner_is_read_anew(desk: Desk) -> None:
    desk.is_now = prepaid(100)
    taking = desk.totals.issuing(prepaid(10), TODAY)
    assert sum(piece.points for piece in taking.plan(25)) == 25
    assert desk.found == [PARTNER]
    assert taking.writes(25)
    assert desk.found == [PARTNER], "what was read is kept for the try"


def test_a_cap_that_was_lifted_meanwhile_refuses_nothing(desk: Desk) -> None:
    desk.is_now = make_partner()
    assert desk.totals.issuing(capped(issued=10), TODAY).plan(25) == []


def test_a_partner_that_is_not_there_any_more_is_taken_as_it_was(desk: Desk) -> None:
    with pytest.raises(PartnerBudgetExhaustedError):
        desk.totals.issuing(prepaid(10), TODAY).plan(25)


def test_a_pack_that_goes_on_when_it_is_empty_is_counted_without_a_read(desk: Desk) -> None:
    taking = desk.totals.issuing(make_partner(terms=UNTROUBLED), TODAY, "a purchase")
    (write,) = taking.writes(25)
    assert (write.parameters["points"], write.parameters["capacity"]) == (25, None)
    assert desk.counts.reads == desk.found == []


def test_a_cap_says_when_the_next_day_begins(desk: Desk) -> None:
    desk.is_now = capped(issued=10)
    with pytest.raises(PartnerCapReachedError) as refused:
        desk.totals.issuing(capped(issued=10), TODAY).plan(25)
    assert NOON + timedelta(seconds=refused.value.retry_after_seconds) == datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_a_cap_s_counts_end_a_week_after_their_day_and_a_pack_s_never(desk: Desk) -> None:
    partner = replace(capped(issued=50), terms=PREPAID, packs=100)
    until = {write.name: write.parameters["until"] for write in desk.totals.issuing(partner, TODAY).writes(5)}
    week_after = datetime(2026, 11, 29, 17, tzinfo=UTC).timestamp()
    assert until == {" ".join(CAP): week_after, " ".join(PACK): None}


def test_what_is_accepted_has_a_cap_of_its_own(desk: Desk) -> None:
    partner = capped(issued=1, redeemed=50, terms=PREPAID)
    writes = desk.totals.accepting(partner, TODAY).writes(50)
    assert {write.name for write in writes} == {f"CAP {PARTNER}/2026-11-22/redeemed"}
    assert sum(write.parameters["points"] for write in writes) == 50


def test_another_try_begins_at_another_shard(desk: Desk) -> None:
    begun = {desk.totals.issuing(prepaid(100), TODAY, "a", attempt).plan(1)[0].shard for attempt in range(4)}
    assert begun == {"0", "1", "2", "3"}


def test_what_comes_back_fills_the_pack_and_the_cap_of_its_own_day_alone(desk: Desk) -> None:
    kept = {"#".join(PACK): {"0": 2, "3": 8}, "#".join(CAP): {"1": 10}}
    desk.is_now = prepaid(100)
    same_day = desk.totals.give_back(kept, 7, date(2026, 11, 22), PARTNER)
    assert [(write.name, dict(write.parameters)) for write in same_day] == [
        (" ".join(CAP), {"shard": "1", "points": -7}),
        (" ".join(PACK), {"shard": "3", "points": -7, "capacity": None, "until": None}),
    ]
    day_after = desk.totals.give_back(kept, 7, date(2026, 11, 23), PARTNER)
    assert [write.name for write in day_after] == [" ".join(PACK)]


@pytest.mark.parametrize("points", [0, -5])
def test_nothing_comes_back_of_what_was_not_taken(desk: Desk, points: int) -> None:
    assert desk.totals.give_back({"#".join(PACK): {"0": 2}}, points, date(2026, 11, 22), PARTNER) == []
    assert desk.totals.give_back({}, 5, date(2026, 11, 22), "") == desk.found == []
