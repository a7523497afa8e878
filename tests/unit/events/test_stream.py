"""Records of the ledger's stream as Lambda hands them over: binaries are base64."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from factories import make_program
from quen.events.model import Enrolled
from quen.events.stream import read_record
from quen.ledger.items import account_item
from quen.ledger.model import Account
from quen.ledger.ports import Change

OLD_SHOP = {f"2027-{month:02}-{day:02}": 10 for month in range(1, 13) for day in (1, 8, 15, 22, 28)}


def inserted(account: Account) -> dict[str, Any]:
    image = account_item(Change(account, account, [], make_program())).serialize()
    told = {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value for name, value in image.items()
    }
    return {"eventName": "INSERT", "dynamodb": {"ApproximateCreationDateTime": 0, "NewImage": told}}


@pytest.mark.parametrize("lots", [{"2027-01-01": 50}, OLD_SHOP], ids=["kept as text", "compressed"])
def test_who_joins_with_points_is_told_whether_the_account_is_kept_as_text_or_compressed(lots: dict[str, int]) -> None:
    joined = read_record(inserted(Account("mem_1", lots=lots)))
    assert joined == Enrolled("mem_1", sum(lots.values()), datetime.fromtimestamp(0, UTC))
