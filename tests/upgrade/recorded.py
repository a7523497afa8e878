"""A version's data as a file: every item of every table, the secrets, the queues, what was asked and answered, what was shown.

    v0.7.0.json.gz    written by `python -m upgrade.record v0.7.0` on that tag

Dates of real time in it (nonces, runs' starts) are those of the day it was made; business time is the life's own.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tables import TABLES
from upgrade.asking import Asked, text_of
from upgrade.life import Life, live
from upgrade.world import World

HERE = Path(__file__).parent
# Of real time, and gone within minutes: of no use to anybody who reads the file later.
PASSING = ("NONCE#", "RATE#")


@dataclass(frozen=True, slots=True)
class Recorded:
    """All of it. `tables` hold items as DynamoDB's JSON, `shown` what was read at the end, `left` ids of what waits."""

    at: str
    tables: dict[str, list[dict[str, Any]]]
    secrets: dict[str, str]
    credentials: dict[str, dict[str, str]]
    members: dict[str, str]
    partners: dict[str, str]
    left: dict[str, str]
    queued: list[str]
    asked: list[dict[str, Any]]
    shown: list[dict[str, Any]]

    @property
    def instant(self) -> datetime:
        """The program's time at which the record ends."""
        return datetime.strptime(self.at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)

    def all_asked(self) -> list[Asked]:
        """The requests and their answers, in order."""
        return [Asked(**each) for each in self.asked]

    def all_shown(self) -> list[Asked]:
        """What was read at the end."""
        return [Asked(**each) for each in self.shown]


def record(world: World) -> Recorded:
    """Live the life, and write it down."""
    life, queued = live(world)
    asked = [asdict(each) for each in world.desk.asked]
    world.desk.asked.clear()
    at = text_of(world.now())
    look(life)
    return Recorded(
        at=at,
        tables={name: [item for item in world.scan(name) if not is_passing(item)] for name in TABLES},
        secrets=world.secrets(),
        credentials=world.desk.credentials,
        members=life.members,
        partners=life.partners,
        left=life.left,
        queued=queued,
        asked=asked,
        shown=[asdict(each) for each in world.desk.asked],
    )


def look(life: Life) -> None:
    """Read what an app, a till and staff would see of everybody."""
    desk = life.desk
    for who, member_id in life.members.items():
        for part in ("", "/account", "/entries?limit=100", "/tier", "/perks", "/membership", "/cards", "/consents"):
            desk.ask("staff/owner", "GET", f"/v1/members/{member_id}{part}")
        for part in ("/account", "/rewards", "/redemptions?limit=100", "/vouchers?limit=100", "/cards"):
            desk.ask(f"member/{who}", "GET", f"/v1/me{part}")
    for name, partner_id in life.partners.items():
        for part in ("", "/keys", "/packs"):
            desk.ask("staff/owner", "GET", f"/v1/partners/{partner_id}{part}")
        desk.ask(f"partner/{name}", "GET", "/v1/partner")
    for month in ("2026-02", "2026-08", "2027-01"):
        desk.ask("partner/miles", "GET", f"/v1/statements/{month}")
    for purchase_id in ("L-1", "L-2", "M-1", "H-1", "RC-1"):
        desk.ask("partner/till", "GET", f"/v1/purchases/{purchase_id}")
    for path in ("/v1/program", "/v1/program/versions", "/v1/disputes", "/v1/ledger/verification"):
        desk.ask("staff/owner", "GET", path)
    for job in ("expire-points", "review-tiers", "birthday-rewards", "win-back", "holiday-rewards", "close-statements"):
        desk.ask("staff/owner", "GET", f"/v1/jobs/{job}/runs")


def restore(world: World, recorded: Recorded) -> None:
    """Put the recorded data into an empty stack, at the instant at which the record ends."""
    world.keep_secrets(recorded.secrets)
    for name, items in recorded.tables.items():
        world.load(name, items)
    world.desk.credentials = recorded.credentials
    world.set_now(recorded.instant)


def is_passing(item: dict[str, Any]) -> bool:
    """Whether the item is of the minute in which it was written."""
    return str(item["PK"]["S"]).startswith(PASSING)


def write(recorded: Recorded, version: str) -> Path:
    """Keep it under the version's name."""
    path = HERE / f"{version}.json.gz"
    text = json.dumps(asdict(recorded), ensure_ascii=False, separators=(",", ":"), default=_binary)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


def read(version: str) -> Recorded:
    """What was kept of that version."""
    text = gzip.decompress((HERE / f"{version}.json.gz").read_bytes())
    return Recorded(**json.loads(text, object_hook=_bytes))


def _binary(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    raise TypeError(type(value))


def _bytes(value: dict[str, Any]) -> Any:
    return bytes.fromhex(value["bytes"]) if value.keys() == {"bytes"} else value
