"""A minute and a half of `make soak`; the whole half hour is for releases."""

from __future__ import annotations

import pytest

from local.soak import main

pytestmark = [pytest.mark.e2e, pytest.mark.long]


def test_every_rule_holds_through_bad_weather() -> None:
    assert main(1.5, "test") == 0
