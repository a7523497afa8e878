"""The ledger's pure core: an account is the fold of its entries, and an entry is decided, never written by hand.

    values      what is: Account, Hold, Entry, and the names of ledger accounts
    commands    what is asked: RecordPurchase, Reserve, Redeem, …
    decisions   decide(account, command, program, now) -> entries; what each command makes of an account stands in
                earned, gifted, returned, spent, given, merged
    exchanged   points of and for other programs
    funding     who stands behind points: the program, or a partner that settles
    due         what falls due by itself
    warned      what is told before points and gifts end, and when points may
    holders     what an account says of perks
    perked      counted perks
    standing    the tier that a member has, and what it is earned with
    tiered      up at once, in the entry that raises the figures; reviews, as entries of their own
    stamped     punch cards
    subscribed  paid memberships
    draft       an entry in the making: how points move from pocket to pocket
    habits      what months and stores remember of a member's purchases
    lapsed      who stays away longer than they used to; lapses: what an account keeps of it
    fold        apply(account, entry) -> account; rebuild(entries) == account
    chain       the canonical form of an entry, its hash, and the check of a whole history
    checkpoint  what stands for entries that have left the table
    history     what an account was at a past moment, and a statement between two

Nothing here reads a clock, a table or a random number.
"""

from quen.ledger.model.chain import (
    Flaw,
    Sealed,
    believed,
    canonical_form,
    entry_id,
    parse_entry,
    seal,
    sealed_form,
    verify,
)
from quen.ledger.model.checkpoint import Checkpoint, KeptHistory
from quen.ledger.model.commands import (
    Adjust,
    BringUpToDate,
    CancelMembership,
    Command,
    Exchanged,
    GrantBonus,
    MoveStoredValue,
    NoteReach,
    OpenBalance,
    ReceiveExchange,
    ReceivePoints,
    RecordEvent,
    RecordPayment,
    RecordProof,
    RecordPurchase,
    Redeem,
    Refund,
    RefundMembership,
    Release,
    Reserve,
    ReservePerk,
    ResumeMembership,
    ReturnPurchase,
    ReverseExchange,
    SendPoints,
    SetState,
    SetTier,
    StartTrial,
)
from quen.ledger.model.decisions import decide, own_entry
from quen.ledger.model.due import bring_up_to, next_due_on, next_review_on
from quen.ledger.model.earned import own_lots, purchase_key
from quen.ledger.model.fold import BrokenLedgerError, apply, folded, rebuild
from quen.ledger.model.gifted import HAD_AT_ONCE, Given, NothingGivenError, given_by
from quen.ledger.model.habits import behaviour_of
from quen.ledger.model.history import Movement, Statement, account_as_of, statement
from quen.ledger.model.holders import holder_of, used_of, uses_left
from quen.ledger.model.lapsed import days_away, has_returned, is_handled, next_lapse_on, outcome_of
from quen.ledger.model.lapses import HandledLapse, LapseOutcome, NoteLapse
from quen.ledger.model.merge_commands import ComeBack, GiveUp, MergeAway, TakeOver
from quen.ledger.model.merged import coming_back, moved_on
from quen.ledger.model.returned import budgets_freed, limits_held, own_left, rules_that_applied, still_earned
from quen.ledger.model.standing import earner_of, tier_of
from quen.ledger.model.tiered import raised, reviews_due
from quen.ledger.model.values import (
    NEVER,
    Account,
    Entry,
    Hold,
    HoldChange,
    Lots,
    MemberState,
    Reference,
    TierMark,
    gift_key,
    limit_key,
    usable_gifts,
)
from quen.ledger.model.warned import to_prove

__all__ = [
    "HAD_AT_ONCE",
    "NEVER",
    "Account",
    "Adjust",
    "BringUpToDate",
    "BrokenLedgerError",
    "CancelMembership",
    "Checkpoint",
    "ComeBack",
    "Command",
    "Entry",
    "Exchanged",
    "Flaw",
    "GiveUp",
    "Given",
    "GrantBonus",
    "HandledLapse",
    "Hold",
    "HoldChange",
    "KeptHistory",
    "LapseOutcome",
    "Lots",
    "MemberState",
    "MergeAway",
    "MoveStoredValue",
    "Movement",
    "NoteLapse",
    "NoteReach",
    "NothingGivenError",
    "OpenBalance",
    "ReceiveExchange",
    "ReceivePoints",
    "RecordEvent",
    "RecordPayment",
    "RecordProof",
    "RecordPurchase",
    "Redeem",
    "Reference",
    "Refund",
    "RefundMembership",
    "Release",
    "Reserve",
    "ReservePerk",
    "ResumeMembership",
    "ReturnPurchase",
    "ReverseExchange",
    "Sealed",
    "SendPoints",
    "SetState",
    "SetTier",
    "StartTrial",
    "Statement",
    "TakeOver",
    "TierMark",
    "account_as_of",
    "apply",
    "behaviour_of",
    "believed",
    "bring_up_to",
    "budgets_freed",
    "canonical_form",
    "coming_back",
    "days_away",
    "decide",
    "earner_of",
    "entry_id",
    "folded",
    "gift_key",
    "given_by",
    "has_returned",
    "holder_of",
    "is_handled",
    "limit_key",
    "limits_held",
    "moved_on",
    "next_due_on",
    "next_lapse_on",
    "next_review_on",
    "outcome_of",
    "own_entry",
    "own_left",
    "own_lots",
    "parse_entry",
    "purchase_key",
    "raised",
    "rebuild",
    "reviews_due",
    "rules_that_applied",
    "seal",
    "sealed_form",
    "statement",
    "still_earned",
    "tier_of",
    "to_prove",
    "usable_gifts",
    "used_of",
    "uses_left",
    "verify",
]
