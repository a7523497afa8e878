"""A voucher's value is kept, whatever is done to it in whatever order: what is left and what is used are its face."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from quen.errors import QuenError
from quen.money import Money
from quen.program.benefits import Benefit
from quen.vouchers.model import (
    Moment,
    Terms,
    Voucher,
    Wanted,
    cancel,
    check_usable,
    give_back,
    new_voucher,
    open_reservation,
    quote,
    redeem,
    release,
    reserve,
    state_of,
    take,
)

FACE = 1_000
FIRST = datetime(2026, 11, 22, tzinfo=UTC)


class VoucherMachine(RuleBasedStateMachine):
    """Tills reserve, use, release and refund parts of one voucher while its days go by."""

    def __init__(self) -> None:
        super().__init__()
        terms = Terms(Benefit("voucher", amount=FACE), date(2026, 11, 25), partial=True)
        self.voucher: Voucher = new_voucher("vch_1", "vbt_1", 0, terms)
        self.now = FIRST
        self.held: dict[str, int] = {}
        self.used: list[int] = []
        self.uses = 0

    @property
    def moment(self) -> Moment:
        return Moment(self.now, self.now.date())

    @rule(minutes=st.sampled_from([1, 10, 20, 600, 1_500]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(amount=st.integers(1, FACE + 1), at_once=st.booleans())
    def use(self, amount: int, at_once: bool) -> None:
        try:
            check_usable(self.voucher, self.moment)
            taken = quote(self.voucher, Wanted(Money(amount, "VND"))).taken
        except QuenError:
            return
        assert taken == amount <= self.voucher.remaining
        self.uses += 1
        if at_once:
            self.voucher = take(self.voucher, taken)
            self.used.append(taken)
        else:
            use_id = f"vus_{self.uses}"
            self.voucher = reserve(self.voucher, use_id, taken, self.now + timedelta(minutes=15))
            self.held[use_id] = taken

    @rule(data=st.data(), to_use=st.booleans())
    def end(self, data: st.DataObject, to_use: bool) -> None:
        if not self.held:
            return
        use_id = data.draw(st.sampled_from(sorted(self.held)))
        try:
            self.voucher = (redeem if to_use else release)(self.voucher, use_id, self.now)
        except QuenError:
            return
        taken = self.held.pop(use_id)
        self.used += [taken] if to_use else []

    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        if not self.used:
            return
        taken = data.draw(st.sampled_from(self.used))
        try:
            self.voucher = give_back(self.voucher, taken, self.now.date(), 3)
        except QuenError:
            return
        self.used.remove(taken)

    @rule()
    def cancel(self) -> None:
        try:
            self.voucher = cancel(self.voucher, self.moment)
        except QuenError:
            return

    @invariant()
    def what_is_left_and_what_is_used_are_the_face(self) -> None:
        assert self.voucher.remaining + sum(self.used) == FACE
        assert 0 <= self.voucher.remaining <= FACE

    @invariant()
    def no_more_is_set_aside_than_is_left(self) -> None:
        held = open_reservation(self.voucher, self.now)
        assert held is None or held.taken <= self.voucher.remaining

    @invariant()
    def the_state_says_what_the_numbers_say(self) -> None:
        state = state_of(self.voucher, self.moment)
        assert (state == "redeemed") == (self.voucher.remaining == 0 and not self.voucher.is_cancelled)
        assert state != "issued" or not self.used


TestVoucherMachine = VoucherMachine.TestCase
