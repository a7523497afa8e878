"""A line of the log: gathered while the work is done, written once at its end however that is."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from quen.errors import TemporarilyUnavailableError
from quen.log_lines import ENTRIES_NAMED_MAX, count, line, name_entries, say
from quen.metrics import EVENT_LAG, PURCHASES, Figure


@pytest.fixture(autouse=True)
def _information(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


def test_what_is_done_inside_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with line("batch", delivered=2):
        say(failed=0)
        name_entries(["ent_1", "ent_2"])
        count(Figure(PURCHASES, 1))
        count(Figure(PURCHASES, 2), Figure(EVENT_LAG, [1]), Figure(EVENT_LAG, [3]))
    [record] = caplog.records
    said = vars(record)
    assert (said["delivered"], said["failed"], said["entries"]) == (2, 0, ["ent_1", "ent_2"])
    assert (said["Purchases"], said["EventLag"]) == (3, [1, 3])


def test_what_is_none_is_not_said(caplog: pytest.LogCaptureFixture) -> None:
    with line("batch", member_id=None):
        pass
    assert not {"member_id", "entries", "_aws"} & {*vars(caplog.records[0])}


def test_outside_of_any_work_nothing_is_gathered(caplog: pytest.LogCaptureFixture) -> None:
    say(failed=1)
    name_entries(["ent_1"])
    count(Figure(PURCHASES, 1))
    with line("batch"):
        pass
    assert not {"failed", "entries", "Purchases"} & {*vars(caplog.records[0])}


def test_a_line_names_so_many_entries_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    with line("batch"):
        for _ in range(3):
            name_entries(["ent_1"] * 60)
    assert len(vars(caplog.records[0])["entries"]) == ENTRIES_NAMED_MAX


def test_a_refusal_is_told_with_what_stood_behind_it_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    throttled = ClientError({"Error": {"Code": "ThrottlingException", "Message": "0901234567"}}, "PutEvents")
    with pytest.raises(TemporarilyUnavailableError), line("stream"):
        raise TemporarilyUnavailableError from throttled
    said = vars(caplog.records[0])
    assert (said["code"], said["cause"]) == ("temporarily_unavailable", "ClientError ThrottlingException PutEvents")


def test_what_nobody_foresaw_is_told_by_its_type_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(KeyError), line("stream"):
        raise KeyError("0901234567")
    said = vars(caplog.records[0])
    assert (said["code"], said["cause"]) == ("internal_error", "KeyError")
    assert "0901234567" not in str(said)


def test_one_line_of_a_process_says_that_it_was_cold(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        with line("batch"):
            pass
    assert [vars(record)["cold_start"] for record in caplog.records][1:] == [False, False]
