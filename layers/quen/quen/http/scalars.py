"""The single values of answers."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

Instant = Annotated[
    str,
    Meta(description="RFC 3339 in UTC.", extra_json_schema={"format": "date-time"}, examples=["2026-11-22T03:15:00Z"]),
]
Day = Annotated[
    str,
    Meta(
        description="YYYY-MM-DD, in the program's time zone.",
        extra_json_schema={"format": "date"},
        examples=["2027-11-30"],
    ),
]
Count = Annotated[int, Meta(ge=0)]
Cursor = Annotated[str, Meta(description="Give it as `cursor` to get the next page; null on the last one.")]


class Money(TypedDict):
    """An amount in the currency's smallest unit."""

    amount: Count
    currency: str
