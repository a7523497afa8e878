"""Points of a partner end as the program's own do, and their member is told so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quen.messages.intents import intents_of
from quen.messages.model import Intent
from till import Till


@pytest.mark.parametrize("funder", ["", "ptn_0q8r5t2y6w9e3k1m"])
def test_that_points_have_ended_is_told_whoever_stands_behind_them(funder: str) -> None:
    till = Till()
    till.buy(100_000, funder=funder)
    till.now += timedelta(days=800)
    till.keep_up()
    [expired] = [entry for entry in till.entries if entry.kind == "expire"]
    [intent] = intents_of(expired)
    last_day = expired.reference.id.partition("@")[0]
    assert Intent.parse(intent.body()) == intent, "the queue's reader takes it"
    assert (intent.period, intent.data["on"]) == (f"{last_day}.{funder}" if funder else last_day, last_day)
