"""A history replayed through the signed partner API ends in the ledger as a plain computation from the file says.

In the ordinary test run a synthetic file with CDNOW's traps, and points that live one month, so that many expire; with
QUEN_CDNOW=<file> the real history and twelve months (minutes: `make test-long`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdnow import Balance, compute_balances, make_history
from local.command import main
from local.fictitious_phones import cdnow_phone

PROGRAM = Path(__file__).parents[2] / "infra/local/programs/cdnow.yaml"
Quen = Callable[..., Any]


@pytest.fixture
def quen(data: Path, connection: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> Iterator[Quen]:
    """Runs a command on the stack and answers its JSON; afterwards the clock shows the real time again."""
    assert connection

    def run(command: str, *arguments: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert main([command, *arguments, "--data", str(data), "--json"]) == status, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    yield run
    run("clock", "set", "now")


@pytest.mark.e2e
@pytest.mark.long
def test_a_replayed_history_agrees_with_the_plain_computation(quen: Quen, tmp_path: Path) -> None:
    text = make_history(1997, customers=14, first_day=date(1997, 1, 1), days=70, purchases=45)
    file = tmp_path / "history.txt"
    file.write_text(text, encoding="utf-8", newline="")
    expected = compute_balances(text, months=1)
    apply_program(quen, tmp_path, months=1)

    shown = quen("replay", str(file), "--format", "cdnow")

    check_totals(shown, expected)
    assert shown["points_expired"] > 0
    for customer, balance in expected.items():
        check_account(quen, customer, balance)
    assert quen("ledger", "verify")["is_sound"]
    again = quen("replay", str(file), "--format", "cdnow")
    assert again["replayed"] == again["purchases"]
    check_totals(again, expected)


@pytest.mark.e2e
@pytest.mark.long
@pytest.mark.skipif("QUEN_CDNOW" not in os.environ, reason="QUEN_CDNOW names no CDNOW file")
def test_the_real_history_agrees_with_the_plain_computation(quen: Quen, tmp_path: Path) -> None:
    file = Path(os.environ["QUEN_CDNOW"])
    expected = compute_balances(file.read_text("utf-8"))
    apply_program(quen, tmp_path, months=12)
    check_totals(quen("replay", str(file), "--format", "cdnow"), expected)
    for customer, balance in expected.items():
        check_account(quen, customer, balance)
    assert quen("ledger", "verify")["is_sound"]


def apply_program(quen: Quen, folder: Path, *, months: int) -> None:
    """CDNOW's program, from the history's first day on."""
    document = PROGRAM.read_text("utf-8").replace("months: 12", f"months: {months}")
    assert yaml.safe_load(document)["points"]["expiry"]["months"] == months
    (folder / "program.yaml").write_text(document, encoding="utf-8")
    quen("clock", "set", "1997-01-01T00:00:00Z")
    quen("program", "apply", str(folder / "program.yaml"))


def check_totals(shown: dict[str, Any], expected: dict[int, Balance]) -> None:
    balances = expected.values()
    assert (shown["refused"], shown["members"], shown["purchases"]) == (
        0,
        len(balances),
        sum(balance.purchases for balance in balances),
    )
    assert shown["points_earned"] == sum(balance.earned for balance in balances)
    assert shown["points_expired"] == sum(balance.expired for balance in balances)
    assert shown["points_active"] == sum(balance.active for balance in balances)


def check_account(quen: Quen, customer: int, expected: Balance) -> None:
    """What the admin API shows of this customer is what was computed, lot by lot."""
    phone = cdnow_phone(customer).removeprefix("+")
    [member] = quen("request", "GET", f"/v1/members?phone=%2B{phone}")["body"]["items"]
    account = quen("request", "GET", f"/v1/members/{member['member_id']}/account")["body"]
    assert account["points"] == {"active": expected.active, "pending": 0, "held": 0, "debt": 0}
    lots = [{"on": day.isoformat(), "points": points} for day, points in sorted(expected.lots.items())]
    assert account["expiring"] == lots
