"""Gifts for occasions: one entry, one transaction, once per member and occasion; a voucher is issued in it.

Which gift it is hangs on the member's tier, and is decided with the entry. So is the voucher: it is issued for what the entry
says, under an id that comes from the member and the occasion, and cannot be issued a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from quen.ids import derived_id
from quen.ledger.bonuses import bonus_key
from quen.ledger.documents import Outcome
from quen.ledger.model import Entry, Given, GrantBonus, NothingGivenError, given_by
from quen.ledger.service import Ledger
from quen.program.model import Program
from quen.rewards.ports import VoucherIssue
from quen.vouchers.model import GIFT, Terms
from quen.writes import Write


class OccasionGifts:
    """Gives what occasions give."""

    def __init__(self, ledger: Ledger, vouchers: VoucherIssue, id_key: bytes) -> None:
        self._ledger = ledger
        self._vouchers = vouchers
        self._id_key = id_key

    def give(self, member_id: str, bonus: GrantBonus, program: Program) -> Outcome | None:
        """Give it, as that program says; None where it gives nothing to members of that tier. The same again is the first
        answer again. Raises MemberNotActiveError, ConflictRetryError.
        """
        try:
            return self._ledger.grant(
                member_id, bonus, program, lambda entry: self._issuing(member_id, bonus, entry, program)
            )
        except NothingGivenError:
            # The tier may be another one since: what was given before is still what was given.
            document = self._ledger.find_document(bonus_key(member_id, bonus))
            return Outcome(document.result, replayed=True) if document else None

    def foresee(self, member_id: str, bonus: GrantBonus, program: Program) -> Given | None:
        """What `give` would give now, without giving it; None where that is nothing, or was given before."""
        if self._ledger.find_document(bonus_key(member_id, bonus)):
            return None
        try:
            return given_by(self._ledger.foresee(member_id, bonus, program)[1])
        except NothingGivenError:
            return None

    def _issuing(self, member_id: str, bonus: GrantBonus, entry: Entry, program: Program) -> Sequence[Write]:
        """The writes that issue the voucher which the entry gives, if it gives one."""
        voucher = given_by(entry).voucher
        if voucher is None:
            return []
        reward = program.load_reward(voucher.id)
        if reward.voucher is None or reward.benefit is None:
            return []
        terms = Terms(reward.benefit, date.fromisoformat(voucher.until), partial=reward.voucher.partial)
        source_id = derived_id(GIFT, self._id_key, member_id, bonus.reason, bonus.occasion)
        return self._vouchers.issuing(source_id, member_id, terms)[0]
