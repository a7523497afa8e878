"""The marketing guide's "How points behave": every example there is told by the ledger itself, line by line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from factories import make_program
from quen.business_days import day_start
from quen.errors import QuenError
from quen.ledger.model import (
    Account,
    Adjust,
    NoteReach,
    ReceivePoints,
    RecordProof,
    Redeem,
    Refund,
    Release,
    Reserve,
    SendPoints,
    SetState,
)
from quen.money import format_integer
from quen.program.model import Expiry, ExpiryWarning, Program, TransferPolicy
from quen.returns.model import paid_back
from till import Till

GUIDE = (Path(__file__).parents[2] / "infra/guides/marketing.md").read_text("utf-8")
SUNDAY = date(2026, 11, 22)


class Story:
    """What happens to a member, told in lines: what was done, and what they then have."""

    def __init__(self, program: Program | None = None, first: date = SUNDAY, **changes: Any) -> None:
        self.till = Till(program or make_program(**changes), Account("mem_lan"))
        self.lines: list[str] = []
        self.held: dict[str, Any] = {}
        self.number = 0
        self.on(first)

    def on(self, day: date, hour: int = 12, minute: int = 0) -> Story:
        start = day_start(day, self.till.program.time_zone)
        self.till.now = start + timedelta(hours=hour, minutes=minute)
        return self

    def tell(self, what: str, act: Callable[[], Any] = lambda: None) -> Story:
        try:
            act()
            self.till.keep_up()
        except QuenError as refusal:
            self.lines.append(f"{self._when()}  {what:<46} refused: {refusal.code}")
            return self
        self.lines.append(f"{self._when()}  {what:<46} {self.has()}")
        return self

    def has(self) -> str:
        """What the member then has."""
        account = self.till.account
        has = [f"{account.active} to spend"]
        has += [f"{account.pending_points} waiting"] if account.pending_points else []
        has += [f"{account.held} held"] if account.held else []
        has += [f"{account.debt} owed"] if account.debt else []
        return ", ".join(has)

    def buys(self, amount: int, receipt: str = "A", on: date | None = None) -> Story:
        at = day_start(on, self.till.program.time_zone) + timedelta(hours=12) if on else None
        late = f", a receipt of {on:%d %b}" if on else ""
        return self.tell(f"buys for {format_integer(amount, 'en')} ₫{late}", lambda: self.till.buy(amount, receipt, at))

    def brings_back(self, amount: int, receipt: str = "A", **payments: Any) -> Story:
        what = f"brings back goods for {format_integer(amount, 'en')} ₫"
        return self.tell(what, lambda: self.till.bring_back(amount, receipt, **payments))

    def reserves(self, points: int, what: str = "") -> Story:
        self.number += 1
        command = Reserve(f"red_{self.number}", points, self.till.now + timedelta(days=30))
        return self.tell(what or f"asks for a reward of {points}", lambda: self.till.do(command))

    def gets_it(self) -> Story:
        self.held[f"red_{self.number}"] = self.till.account.holds[f"red_{self.number}"]
        return self.tell("gets it", lambda: self.till.do(Redeem(f"red_{self.number}")))

    def waits(self) -> Story:
        return self.tell("time passes")

    def _when(self) -> str:
        return f"{self.till.now.astimezone(self.till.program.time_zone):%d %b %Y %H:%M}"


def is_told(story: Story) -> None:
    block = "\n".join(story.lines)
    assert f"```text\n{block}\n```" in GUIDE, f"the guide lacks:\n```text\n{block}\n```"


def test_points_are_rounded_down_once_for_each_receipt() -> None:
    is_told(Story().buys(99_000).buys(5_000, "B").buys(1_255_000, "C"))


def test_points_can_wait_until_the_goods_can_no_longer_come_back() -> None:
    program = make_program()
    points = replace(program.points, pending_days=7, expiry=Expiry("months", 12))
    story = Story(replace(program, points=points)).buys(1_000_000).on(date(2026, 11, 28), 23, 59).waits()
    story.on(date(2026, 11, 29), 0).waits().on(date(2027, 11, 29), 23, 59).waits().on(date(2027, 11, 30), 0).waits()
    is_told(story)


def test_goods_that_come_back_take_their_points_along_in_pieces_or_at_once() -> None:
    is_told(Story().buys(99_000).brings_back(5_000).brings_back(5_000).brings_back(89_000))


def test_points_that_were_spent_meanwhile_are_owed_and_the_next_purchase_pays() -> None:
    story = Story().buys(1_000_000).reserves(80).gets_it().brings_back(1_000_000).reserves(10).buys(1_000_000, "B")
    is_told(story)


def test_what_was_paid_with_points_comes_back_with_the_goods() -> None:
    story = Story().buys(2_000_000).buys(400_000, "B").reserves(100, "pays 100 points of receipt B").gets_it()
    paid = story.held["red_1"].lots
    half = paid_back(paid, Fraction(1, 2), {})
    story.brings_back(200_000, "B", red_1=half)
    story.brings_back(200_000, "B", red_1=paid_back(paid, Fraction(1), half))
    is_told(story)


def test_a_days_limit_is_given_back_with_the_goods() -> None:
    story = Story(first=date(2026, 11, 23)).buys(3_000_000).buys(1_000_000, "B").brings_back(3_000_000)
    is_told(story.buys(1_000_000, "C"))


def test_what_expires_first_is_spent_first_and_what_is_called_off_goes_back_where_it_was() -> None:
    story = Story()
    for points, last_day in ((30, date(2026, 12, 31)), (50, date(2027, 6, 30))):
        adjust = Adjust(f"adj_{points}", points, "goodwill", last_day)
        story.tell(
            f"is given {points} points, good to {last_day:%d %b %Y}", lambda adjust=adjust: story.till.do(adjust)
        )  # type: ignore[misc] # mypy loses the default
    story.reserves(40).tell("calls it off", lambda: story.till.do(Release("red_1")))
    story.on(date(2027, 1, 1), 0).waits()
    is_told(story)


def test_a_month_after_31_january_is_the_last_day_of_february() -> None:
    program = make_program()
    monthly = replace(program, points=replace(program.points, expiry=Expiry("months", 1)))
    story = Story(monthly, date(2027, 1, 31)).buys(500_000).on(date(2027, 2, 28), 23, 59).waits()
    is_told(story.on(date(2027, 3, 1), 0).waits())


def test_a_till_that_was_offline_sends_its_receipts_late_and_in_any_order() -> None:
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    in_order, shuffled = Story(first=tuesday), Story(first=tuesday)
    in_order.buys(1_500_000, "A", monday).buys(900_000, "B", monday)
    shuffled.buys(900_000, "B", monday).buys(1_500_000, "A", monday)
    assert in_order.till.account.lots == shuffled.till.account.lots
    is_told(in_order)
    is_told(shuffled)
    is_told(Story(first=date(2027, 3, 1)).buys(900_000, "C", date(2026, 12, 1)).buys(900_000, "D", date(2026, 11, 30)))


def test_a_refund_gives_points_back_that_live_for_two_weeks_at_least() -> None:
    story = Story()
    adjust = Adjust("adj_1", 50, "goodwill", date(2026, 11, 30))
    story.tell("is given 50 points, good to 30 Nov 2026", lambda: story.till.do(adjust)).reserves(50).gets_it()
    hold = story.held["red_1"]
    story.on(date(2026, 12, 5)).tell("gets a refund", lambda: story.till.do(Refund("red_1", hold, hold.lots)))
    is_told(story.on(date(2026, 12, 19), 23, 59).waits().on(date(2026, 12, 20), 0).waits())


def test_no_point_of_whoever_can_be_told_ends_before_a_warning_has_arrived() -> None:
    program = make_program()
    warning = ExpiryWarning((30, 7, 1), is_required=True, grace_days=14)
    expiry = replace(program.points.expiry, warning=warning)
    story = Story(replace(program, points=replace(program.points, expiry=expiry)))
    story.tell("agrees to be told, by mail", lambda: story.till.do(NoteReach(reachable=True))).buys(1_000_000)
    story.on(date(2027, 10, 31), 0).tell("is warned, and the mail gets lost")
    story.on(date(2027, 12, 1), 0).waits().tell("is warned of 14 December by text message")
    story.tell("the message arrives", lambda: story.till.do(RecordProof(("2027-12-14",), "msg_2", "delivered")))
    is_told(story.on(date(2027, 12, 14), 23, 59).waits().on(date(2027, 12, 15), 0).waits())


def test_points_can_live_as_long_as_the_member_comes_back() -> None:
    program = make_program()
    expiry = Expiry("inactive_months", 6, activities=frozenset({"purchase"}))
    story = Story(replace(program, points=replace(program.points, expiry=expiry))).buys(1_000_000)
    story.on(date(2027, 5, 22)).buys(50_000, "B").on(date(2027, 11, 22), 23, 59).waits()
    is_told(story.on(date(2027, 11, 23), 0).waits())


def test_points_that_are_given_to_a_friend_keep_their_last_day() -> None:
    story = Story(transfers=TransferPolicy(per_day=60, minimum=10)).buys(1_000_000)
    friend = Till(story.till.program, Account("mem_minh"), story.till.now)

    def give() -> None:
        [sent] = story.till.do(SendPoints("trf_1", 60, "mem_minh"))
        friend.do(ReceivePoints("trf_1", {lot: -points for lot, points in sent.lots.items()}, "mem_lan"))

    story.tell("gives Minh 60 points", give)
    story.tell("gives Minh 10 points", lambda: story.till.do(SendPoints("trf_2", 10, "mem_minh")))
    assert friend.account.lots == {"2027-11-30": 60}
    is_told(story)


def test_a_blocked_member_neither_earns_nor_spends_and_points_expire_all_the_same() -> None:
    story = Story().buys(1_000_000)
    story.tell("is blocked", lambda: story.till.do(SetState("blocked", "a stolen phone")))
    is_told(story.buys(1_000_000, "B").reserves(10).on(date(2027, 12, 1), 0).waits())


def test_every_example_of_the_page_is_told_here() -> None:
    """The control: an example that nobody tells any more is found."""
    section = GUIDE.partition("## How points behave")[2].partition("\n## ")[0]
    tellers = [
        value for name, value in globals().items() if name.startswith("test_") and "is_told" in value.__code__.co_names
    ]
    assert len(tellers) == 14
    assert section.count("```text\n") == len(tellers) + 2  # the offline till tells three
