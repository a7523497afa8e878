"""A stack that lives in moto's tables, what is backed up of it, and second stacks to restore into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import boto3

from factories import SAIGON
from local.backup_making import scan
from local.backup_places import TABLES, Place
from local.backup_restoring import restore
from quen.archive.objects import S3Objects
from quen.archive.service import Archiving
from quen.bootstrap import application
from served import Served, open_queues, serving
from tables import create_tables, open_mocked

REGION = "us-east-1"
PRICES = {"issued": "10", "redeemed": "9", "expired": "0"}


class Shop:
    """A stack that lives, and the place of its tables."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.store = boto3.client("s3", region_name=REGION)
        self.vault = boto3.client("secretsmanager", region_name=REGION)
        settings = application().settings
        self.place = self.stack("quen-test", {name: getattr(settings, f"{name}_table") for name in TABLES})
        self.vault.create_secret(Name="quen-test/master-key", SecretString="m" * 64)
        self.numbers = count()
        self.member_id = served.enrol()
        self.first = self.buy("P-1")

    def stack(self, name: str, tables: dict[str, str]) -> Place:
        bucket = f"{name}-archive"
        self.store.create_bucket(Bucket=bucket)
        return Place(name, tables, open_mocked(), self.vault, self.objects(bucket), bucket, is_local=True)

    def objects(self, bucket: str) -> S3Objects:
        return S3Objects(lambda: self.store, bucket)

    def second(self, master_key: str = "m" * 64, **encryption: str) -> Place:
        """Another stack, as it is deployed: empty tables, a master key of its own."""
        name = f"quen-{next(self.numbers)}"
        self.vault.create_secret(Name=f"{name}/master-key", SecretString=master_key, **encryption)
        return self.stack(name, create_tables(open_mocked()))

    def buy(self, purchase_id: str, amount: int = 250_000) -> Any:
        body = {
            "purchase_id": purchase_id,
            "member": {"phone": "+84901234567"},
            "occurred_at": "2026-11-20T05:00:00Z" if purchase_id == "P-1" else datetime.now(UTC).isoformat(),
            "total": {"amount": amount, "currency": "VND"},
        }
        return self.served.partner("POST", "/v1/purchases", body)

    def settle(self, partner_id: str) -> None:
        """The partner pays for what it gives, from today on."""
        app = application()
        today = app.programs.current(app.ledger.now()).local_day(app.ledger.now())
        body = {"from": today.isoformat(), "billing": "postpaid", "prices": PRICES}
        assert self.served.admin("POST", f"/v1/partners/{partner_id}/terms", body).status == 201

    def move_to(self, place: Place) -> None:
        """The APIs are those of that stack from now on."""
        for name, table in place.tables.items():
            os.environ[f"{name.upper()}_TABLE"] = table  # `serving` puts the environment back
        self.served.tables = {table: f"{name.title()}Table" for name, table in place.tables.items()}
        os.environ["ARCHIVE_BUCKET"] = place.archive_bucket
        application.cache_clear()
        application().__dict__["_archived_objects"] = place.objects  # a client of its own takes long to open

    def archive(self, run_id: str) -> Any:
        """Everything but the member's last entry goes to the archive, as on a day when all of it is old."""
        app = application()
        day = app.ledger.now().date() + timedelta(days=2)
        archiving = Archiving(app._archive_store, self.place.objects)
        return archiving.archive(self.member_id, day, SAIGON, run_id, is_recovering=False)


@contextmanager
def a_shop() -> Iterator[Shop]:
    """The first stack, with one member who has bought once."""
    with serving() as served:
        open_queues()
        boto3.client("events", region_name=REGION).create_event_bus(Name="quen-test")
        yield Shop(served)


def restored(place: Place, folder: Path, **options: Any) -> Any:
    return restore(place, folder, sleep=lambda _: None, **options)


def items(place: Place, name: str) -> list[dict[str, Any]]:
    """A table without what a check or a restore writes."""
    found = [item for item in scan(place, name) if item["PK"]["S"] not in {"VERIFICATION", "STREAM"}]
    return sorted(found, key=lambda item: (item["PK"]["S"], item["SK"]["S"]))
