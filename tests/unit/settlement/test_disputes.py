"""What a partner disputes, and what staff make of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from quen.errors import AlreadyDecidedError, IdempotencyKeyReusedError, NotFoundError, QuenError, ValidationFailedError
from quen.ledger.model.funding import funded_by
from quen.partners.model import TotalKey
from quen.settlement.disputes import Asked, Decision, Disputes
from quen.settlement.model import Category, DisputeState
from quen.writes import Write
from unit.settlement.fakes import BRAND, OTHER, Desk

OCT = "2026-10"


class Uncounted:
    """Packs of which nobody asks what was counted."""

    def take(self, key: TotalKey, shard: str, points: int, capacity: int | None) -> Write:
        return Write("pack", "Update", {})


def make_disputes(desk: Desk) -> Disputes:
    return Disputes(desk.disputes, desk.settlement, Uncounted(), desk.programs, desk.clock, b"k" * 32)


def opened(desk: Desk, asked: Asked, key: str = "k") -> str:
    dispute, _ = make_disputes(desk).open(BRAND, asked, idempotency_key=key, fingerprint=repr(asked))
    return dispute.dispute_id


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (Asked(OCT, "?"), ValidationFailedError),
        (Asked(OCT, "\x1b[2J", purchase_id="P-1"), ValidationFailedError),
        (Asked(OCT, "\u202ekcab ti evig", purchase_id="P-1"), ValidationFailedError),
        (Asked(OCT, "?", entry_id="ent_1", purchase_id="P-1"), ValidationFailedError),
        (Asked(OCT, "?", entry_id="ent_1"), NotFoundError),
        (Asked("2026-09", "?", purchase_id="P-1"), NotFoundError),
    ],
)
def test_a_dispute_is_about_one_thing_of_a_month_that_settles(asked: Asked, error: type[QuenError]) -> None:
    with pytest.raises(error):
        opened(Desk(), asked)


def test_the_same_request_opens_one_dispute_and_another_under_its_key_is_refused() -> None:
    desk = Desk()
    first = opened(desk, Asked(OCT, "lost", purchase_id="P-1"))
    assert opened(desk, Asked(OCT, "lost", purchase_id="P-1")) == first
    with pytest.raises(IdempotencyKeyReusedError):
        opened(desk, Asked(OCT, "lost", purchase_id="P-2"))


@pytest.mark.parametrize(("today", "day"), [(20, 20), (31, 31), (32, 31)])
def test_a_purchase_that_the_books_lack_is_corrected_by_the_terms_of_the_month_s_last_day(today: int, day: int) -> None:
    desk = Desk()
    desk.go_to(date(2026, 10, 1) + timedelta(days=today - 1))
    dispute_id = opened(desk, Asked(OCT, "lost", purchase_id="P-1", points=12))
    decision = Decision(DisputeState.ACCEPTED, "found on paper", "an", 12, "issued")
    made = make_disputes(desk).resolve(dispute_id, decision)
    assert made.day == date(2026, 10, day)
    [correction] = desk.settlement.load(BRAND, f"{desk.settlement.today():%Y-%m}").corrections
    assert (correction.line.points, correction.line.money, correction.line.due) == (12, 1200, 1200)


def test_a_dispute_is_resolved_once() -> None:
    desk = Desk()
    dispute_id = opened(desk, Asked(OCT, "lost", purchase_id="P-1"))
    make_disputes(desk).resolve(dispute_id, Decision(DisputeState.REJECTED, "not seen", "an"))
    with pytest.raises(AlreadyDecidedError):
        make_disputes(desk).resolve(dispute_id, Decision(DisputeState.ACCEPTED, "seen", "an", 1, "issued"))
    assert desk.settlement.load(BRAND, OCT).corrections == ()


@pytest.mark.parametrize(
    ("state", "points", "category"),
    [(DisputeState.ACCEPTED, 0, "issued"), (DisputeState.ACCEPTED, 5, None), (DisputeState.REJECTED, 5, "issued")],
)
def test_what_is_accepted_corrects_something_and_what_is_rejected_nothing(
    state: DisputeState, points: int, category: Category | None
) -> None:
    desk = Desk()
    dispute_id = opened(desk, Asked(OCT, "lost", purchase_id="P-1"))
    with pytest.raises(ValidationFailedError):
        make_disputes(desk).resolve(dispute_id, Decision(state, "a note", "an", points, category))


def test_an_entry_s_dispute_has_the_entry_s_day_and_is_nobody_else_s() -> None:
    desk = Desk()
    desk.book({funded_by(BRAND): -30}, date(2026, 10, 5), number=1)
    [booking] = desk.bookings.kept.values()
    dispute_id = opened(desk, Asked(OCT, "came back", entry_id=booking.entry_id))
    assert make_disputes(desk).load(BRAND, dispute_id).day == date(2026, 10, 5)
    for partner_id, wanted in ((OTHER, dispute_id), (BRAND, "dsp_0000000000000000"), (BRAND, "nothing")):
        with pytest.raises(NotFoundError):
            make_disputes(desk).load(partner_id, wanted)
