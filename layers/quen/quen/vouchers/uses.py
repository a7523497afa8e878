"""Uses of vouchers as documents: what is kept of one, and how it ends. Pure.

A use is reserved, then redeemed or released; or redeemed at once. What is redeemed may be refunded.
"""

from __future__ import annotations

from typing import Literal

from quen.errors import AlreadyRedeemedError, AlreadyReturnedError, NotRedeemedError, QuenError, ReservationExpiredError
from quen.ledger.documents import Claim, Closing, Document, DocumentKey, Json
from quen.program.model import Program
from quen.vouchers.model import Moment, Quote, Voucher, give_back, redeem, release

End = Literal["redeem", "release", "refund"]
_STATES = {"redeem": "redeemed", "release": "released", "refund": "refunded"}
_BEFORE = {"redeem": "reserved", "release": "reserved", "refund": "redeemed"}


def use_key(use_id: str) -> DocumentKey:
    """Where a use is kept."""
    return DocumentKey(f"VOUCHERUSE#{use_id}")


def use_claim(use_id: str, how: str, fingerprint: str) -> Claim:
    """The use, once. To reserve and to redeem have one body: how it begins tells the requests apart."""
    return Claim(use_key(use_id), "voucher_use", f"{how} {fingerprint}")


def use_document(
    claim: Claim, state: str, voucher: Voucher, quoted: Quote, partner_id: str, member_id: str, result: Json
) -> Document:
    """The use as it begins; `taken` is what goes back where it is refunded."""
    details = {"voucher_id": voucher.voucher_id, "partner_id": partner_id, "taken": quoted.taken}
    return Document(claim.key, claim.kind, member_id, claim.fingerprint, 0, result, state, details)


def closing_of(use_id: str, how: End, partner_id: str) -> Closing:
    """That the use ends so, once."""
    return Closing(use_key(use_id), _STATES[how], before=_BEFORE[how], by=partner_id)


def find_answer(document: Document, closing: Closing) -> Json | None:
    """What this end of the use was answered before; of one that was redeemed at once, its beginning was that answer."""
    answered = closing.replay(document)
    return document.result if answered is None and document.state == closing.state else answered


def out_of_order(state: str, how: End) -> QuenError:
    """Why a use in that state cannot end so."""
    if how == "refund":
        return NotRedeemedError()
    refusals: dict[str, type[QuenError]] = {"redeemed": AlreadyRedeemedError, "refunded": AlreadyReturnedError}
    return refusals.get(state, ReservationExpiredError)()


def ended(voucher: Voucher, document: Document, how: End, moment: Moment, program: Program) -> Voucher:
    """The voucher after the use has ended so. Raises what `quen.vouchers.model` refuses it with."""
    use_id = document.key.partition.partition("#")[2]
    if how == "redeem":
        return redeem(voucher, use_id, moment.now)
    if how == "release":
        return release(voucher, use_id, moment.now)
    return give_back(voucher, document.details["taken"], moment.today, program.grace_days)
