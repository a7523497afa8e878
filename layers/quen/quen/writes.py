"""The writes of one transaction, as plain values: what a store offers and a use case gathers before it commits once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

Item = Mapping[str, Any]


class Write(Struct, frozen=True):
    """One write, in the database's own shape, under a name by which its refusal is told apart from the others'. `entry_id` is
    the ledger's entry that it adds, where it adds one.
    """

    name: str
    operation: Literal["Put", "Update", "Delete", "ConditionCheck"]
    parameters: Mapping[str, Any]
    entry_id: str = ""


class Refusal(Struct, frozen=True):
    """Why one write was refused, and the item that stood in its way (low-level shape), where there was one."""

    code: str
    item: Item | None = None


class TransactionRefusedError(Exception):
    """Nothing was written.

    `refusals` names the writes whose condition failed; `conflict` says that another transaction was in the way.
    """

    def __init__(self, refusals: Mapping[str, Refusal] | None = None, *, conflict: bool = False) -> None:
        super().__init__(", ".join(refusals or ()) or "conflict")
        self.refusals = refusals or {}
        self.conflict = conflict
