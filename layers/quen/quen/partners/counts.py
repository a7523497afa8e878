"""How often callers asked, in DynamoDB, in the table `Program`.

    requests in a minute   PK RATE#<caller or key id>#<minute, UTC>, SK <what is counted>   UpdateItem on condition; GetItem

A count is deleted by the table's time to live on `expires_at_epoch`, whenever that comes round: no later minute asks for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from quen.dynamodb import IntAttribute, bind
from quen.partners.rates import WINDOW_SECONDS, RatedAction, RouteGroup
from quen.stored_items import StoredItem

COUNT_GRACE_SECONDS = 60

_CONDITION_FAILED = "ConditionalCheckFailedException"


class CountItem(StoredItem):
    """How often a partner, a member or a key asked in one minute."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    requests = IntAttribute()
    expires_at_epoch = IntAttribute()


class RequestCountStore:
    """Counts of requests; see `quen.partners.rates.RequestCounts`."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((CountItem,), table_name, client)

    def count(
        self, caller_id: str, counted: RatedAction | RouteGroup, minute: datetime, *, at_most: int, requests: int = 1
    ) -> int | None:
        """So many more, unless that were too many. An answer that is lost on its way may count a request twice."""
        item = CountItem(PK=_count_key(caller_id, minute), SK=counted.value)
        over = minute + timedelta(seconds=WINDOW_SECONDS + COUNT_GRACE_SECONDS)
        actions: list[Action] = [
            CountItem.requests.add(requests),
            CountItem.expires_at_epoch.set(int(over.timestamp())),
        ]
        has_room = CountItem.PK.does_not_exist() | (CountItem.requests <= at_most - requests)
        try:
            item.update(actions=actions, condition=has_room)
        except UpdateError as error:
            if error.cause_response_code == _CONDITION_FAILED:
                return None
            raise
        return item.requests

    def counted(self, caller_id: str, counted: RatedAction | RouteGroup, minute: datetime) -> int:
        """How many were counted; an answer may be a moment old."""
        try:
            return CountItem.get(_count_key(caller_id, minute), counted.value).requests
        except CountItem.DoesNotExist:
            return 0


def _count_key(caller_id: str, minute: datetime) -> str:
    return f"RATE#{caller_id}#{minute:%Y-%m-%dT%H:%M}"
