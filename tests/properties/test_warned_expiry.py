"""However members spend and are told: no point of whoever may be told ends unwarned, and no late job changes a balance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import make_program
from quen.business_days import day_start, local_day
from quen.ledger.model import (
    Account,
    Adjust,
    Entry,
    NoteReach,
    RecordProof,
    bring_up_to,
    decide,
    folded,
    rebuild,
    verify,
)
from quen.ledger.model.chain import sealed_form
from quen.program.model import Expiry, ExpiryWarning

PLAIN = make_program()
ZONE = PLAIN.time_zone
START = datetime(2026, 1, 10, 5, tzinfo=UTC)

warnings = st.builds(
    ExpiryWarning,
    days=st.sets(st.sampled_from([30, 14, 7, 3, 1]), min_size=1).map(lambda days: tuple(sorted(days, reverse=True))),
    together_days=st.integers(0, 9),
    is_required=st.just(True),
    grace_days=st.integers(1, 20),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(1, 50), st.integers(0, 40)),
        st.tuples(st.just("spend"), st.integers(1, 60), st.just(0)),
        st.tuples(st.just("reach"), st.integers(0, 1), st.just(0)),
        st.tuples(st.just("prove"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 25), st.just(0)),
    ),
    max_size=25,
)


class Books:
    """An account that a job works every night, or never."""

    def __init__(self, warning: ExpiryWarning, *, has_nights: bool) -> None:
        self.program = replace(PLAIN, points=replace(PLAIN.points, expiry=Expiry("months", 12, warning=warning)))
        self.has_nights = has_nights
        self.account, self.now, self.entries = Account("mem"), START, list[Entry]()

    def keep(self, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.kind == "expire" and self.account.reachable:
                assert entry.reference.id in self.account.proven, "it ended unwarned"
            self.account = folded(self.account, [entry])
            self.entries.append(entry)

    def do(self, command: object) -> None:
        self.keep(decide(self.account, command, self.program, self.now))  # type: ignore[arg-type] # one of the commands

    def wait(self, days: int) -> None:
        for number in range(days):
            midnight = day_start(local_day(self.now, ZONE) + timedelta(days=number + 1), ZONE)
            if self.has_nights:
                self.keep(bring_up_to(self.account, self.program, midnight, midnight))
        self.now += timedelta(days=days)

    def proven(self) -> dict[str, str]:
        """What may end from today on."""
        today = local_day(self.now, ZONE).isoformat()
        return {day: proof for day, proof in self.account.proven.items() if day >= today}

    def up_to_now(self) -> Account:
        return folded(self.account, bring_up_to(self.account, self.program, self.now, self.now))


def play(books: Books, number: int, step: tuple[str, int, int]) -> None:
    what, amount, days = step
    if what == "give":
        books.do(Adjust(f"adj_{number}", amount, "gift", local_day(books.now, ZONE) + timedelta(days=days)))
    elif what == "spend" and amount <= books.up_to_now().active:
        books.do(Adjust(f"adj_{number}", -amount, "spent"))
    elif what == "reach":
        books.do(NoteReach(reachable=bool(amount)))
    elif what == "prove" and (lots := sorted(books.up_to_now().lots)):
        books.do(RecordProof((lots[amount % len(lots)],), f"msg_{number}", "delivered"))
    elif what == "wait":
        books.wait(amount)


@given(warnings, steps)
@settings(max_examples=60)
def test_nobody_who_may_be_told_loses_a_point_unwarned_whatever_the_nights_do(warning, story) -> None:
    nightly, never = Books(warning, has_nights=True), Books(warning, has_nights=False)
    for number, step in enumerate([("reach", 1, 0), *story]):
        play(nightly, number, step)
        play(never, number, step)
        one, other = nightly.up_to_now(), never.up_to_now()
        assert (one.lots, one.reachable, nightly.proven()) == (other.lots, other.reachable, never.proven())
    given_out = sum(entry.points for entry in nightly.entries if entry.kind in {"adjust", "expire"})
    assert nightly.account.active == given_out
    for books in (nightly, never):
        assert rebuild("mem", books.entries) == books.account
        assert verify(books.account, [sealed_form(entry) for entry in books.entries]) is None


@given(warnings, st.integers(0, 60), st.integers(1, 40))
@settings(max_examples=40)
def test_every_warning_that_can_be_given_in_time_is_given_at_its_own_midnight(warning, lives, points) -> None:
    books = Books(warning, has_nights=True)
    books.do(NoteReach(reachable=True))
    last_day = local_day(books.now, ZONE) + timedelta(days=lives)
    books.do(Adjust("adj", points, "gift", last_day))
    books.wait(lives + 1)
    told = [
        (local_day(entry.occurred_at, ZONE), entry.warned.stage)
        for entry in books.entries
        if entry.warned and last_day.isoformat() in entry.warned.points
    ]
    given_on = local_day(START, ZONE)
    in_time = {(on, stage) for stage in warning.days if (on := last_day - timedelta(days=stage)) > given_on}
    assert in_time <= set(told)
    assert len({stage for _, stage in told}) == len(told), "each once"
