"""What receipts are refused with.

NotFoundError
└── ReceiptNotFoundError          no receipt has this code or id, or its goods came back
ConflictError
├── ReceiptAlreadyClaimedError    its points were given already
└── ReceiptNotClaimedError        nobody has its points yet, so none can come back
"""

from __future__ import annotations

from quen.errors import ConflictError, NotFoundError


class ReceiptNotFoundError(NotFoundError):
    """Unknown, misread or voided: told alike."""

    code = "receipt_not_found"
    title = "There is no such receipt"


class ReceiptAlreadyClaimedError(ConflictError):
    """By another member, or by the till that named one after all."""

    code = "receipt_already_claimed"
    title = "The points of this receipt were given already"


class ReceiptNotClaimedError(ConflictError):
    """A return's answer is about a member's account, and there is none."""

    code = "receipt_not_claimed"
    title = "Nobody has claimed this receipt: void it, and report what is left as another one"
