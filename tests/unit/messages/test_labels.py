"""A period goes along with a mail as a label that SES takes, and comes back as it was."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.messages.labels import label_of, period_of


@given(st.from_regex(r"[A-Za-z0-9_.-]{1,100}", fullmatch=True))
def test_every_period_comes_back_from_a_label_that_ses_takes(period):
    label = label_of(period)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,200}", label)
    assert period_of(label) == period


def test_a_label_is_still_readable():
    assert label_of("tet.2027") == "tet-d2027"
    assert label_of("2026-11-30.7") == "2026--11--30-d7"


@pytest.mark.parametrize("label", ["a-", "a-x", "--"[:1]])
def test_what_is_no_label_of_ours_is_refused(label):
    with pytest.raises(ValueError, match="no period"):
        period_of(label)
