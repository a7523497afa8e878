"""The last check of the ledger, in table Program.

what             key                             by
the last check   PK VERIFICATION, SK LAST        GetItem; PutItem by whoever checks
"""

from __future__ import annotations

import json
from typing import Any, cast

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from quen.dynamodb import bind
from quen.errors import NotFoundError
from quen.ledger.verification import Verification


class VerificationItem(Model):
    """The result as JSON."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True, default="VERIFICATION")
    SK = UnicodeAttribute(range_key=True, default="LAST")
    result = UnicodeAttribute()


class VerificationStore:
    """The VerificationRecords of a stack."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((VerificationItem,), table_name, client)

    def load_last(self) -> dict[str, Any]:
        """The last result. Raises NotFoundError where there was no check yet."""
        try:
            item = VerificationItem.get("VERIFICATION", "LAST")
        except VerificationItem.DoesNotExist:
            raise NotFoundError("The ledger has not been verified yet.") from None
        return cast("dict[str, Any]", json.loads(item.result))

    def save_last(self, verification: Verification) -> None:
        """Keep this result instead of the one before."""
        VerificationItem(result=json.dumps(verification.view(), ensure_ascii=False)).save()
