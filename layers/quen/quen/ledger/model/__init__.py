"""The ledger's pure core: an account is the fold of its entries, and an entry is decided, never written by hand.

    values      what is: Account, Hold, Entry, and the names of ledger accounts
    commands    what is asked: RecordPurchase, Reserve, Redeem, …
    decisions   decide(account, command, program, now) -> entries, and what falls due by itself
    fold        apply(account, entry) -> account; rebuild(entries) == account
    chain       the canonical form of an entry, its hash, and the check of a whole history

Nothing here reads a clock, a table or a random number.
"""

from quen.ledger.model.chain import Flaw, Sealed, canonical_form, entry_id, parse_entry, seal, sealed_form, verify
from quen.ledger.model.commands import (
    Adjust,
    BringUpToDate,
    Command,
    GrantBonus,
    RecordPurchase,
    Redeem,
    Release,
    Reserve,
)
from quen.ledger.model.decisions import bring_up_to, decide, next_due_on
from quen.ledger.model.fold import BrokenLedgerError, apply, rebuild
from quen.ledger.model.values import NEVER, Account, Entry, Hold, HoldChange, Reference

__all__ = [
    "NEVER",
    "Account",
    "Adjust",
    "BringUpToDate",
    "BrokenLedgerError",
    "Command",
    "Entry",
    "Flaw",
    "GrantBonus",
    "Hold",
    "HoldChange",
    "RecordPurchase",
    "Redeem",
    "Reference",
    "Release",
    "Reserve",
    "Sealed",
    "apply",
    "bring_up_to",
    "canonical_form",
    "decide",
    "entry_id",
    "next_due_on",
    "parse_entry",
    "rebuild",
    "seal",
    "sealed_form",
    "verify",
]
