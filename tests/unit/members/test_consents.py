"""Consents as values: what covers what, what a no takes back, and that no decision is lost from the evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quen.errors import ValidationFailedError
from quen.members.model import Consent, ConsentProof, apply_changes, is_consented, may_profile, united
from quen.members.model.consents import (
    CARRIED_REFUSALS_MAX,
    DECISIONS_KEPT_MAX,
    NO_TEXT,
    OPEN_PURPOSES_MAX,
    ConsentDecision,
    carry_refusals,
    latest_decisions,
    newly_recorded,
    record_decisions,
    withdraw,
)
from unit.members.fakes import NOW, PROOF, make_consent, make_member

OTHER = "mem_0000000000000002"
WORDS = ("marketing", "birthday", "messages", "email", "sms")
USES = (
    "marketing",
    "marketing_email",
    "marketing_sms",
    "marketing_birthday_messages_email",
    "marketing_birthday_messages_sms",
    "marketing_win_back_messages_email",
    "birthday_sms",
    "profiling",
)

purposes = st.one_of(
    st.sampled_from(["profiling", "marketing_win_back_messages"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True).map("_".join),
)
batches = st.lists(
    st.lists(st.tuples(purposes, st.booleans(), st.sampled_from("12")), max_size=4, unique_by=lambda one: one[0]),
    max_size=7,
)


def kept(*decisions: tuple[str, bool]) -> tuple[Consent, ...]:
    """Decisions, each made by itself."""
    consents: tuple[Consent, ...] = ()
    for purpose, granted in decisions:
        consents = record_decisions(consents, [ConsentDecision(purpose, granted, "1")], NOW, PROOF)
    return consents


def at_once(*decisions: tuple[str, bool]) -> tuple[Consent, ...]:
    return record_decisions((), [ConsentDecision(purpose, granted, "1") for purpose, granted in decisions], NOW, PROOF)


@pytest.mark.parametrize(
    ("decisions", "purpose", "allowed"),
    [
        ([], "marketing_email", False),
        ([("marketing_email", True)], "marketing_email", True),
        ([("marketing", True)], "marketing_sms", True),
        ([("email", True)], "marketing_email", True),
        ([("birthday", True)], "marketing_birthday_email", True),
        ([("marketing.email", True)], "marketing_email", True),
        ([("marketing_sms", True)], "marketing_email", False),
        ([("marketing_email", True)], "marketing", False),
        ([("marketing", True), ("marketing_sms", False)], "marketing_sms", False),
        ([("marketing", False), ("marketing_sms", True)], "marketing_sms", True),
        ([("marketing_sms", False), ("marketing", True)], "marketing_sms", False),
        ([("marketing", True), ("email", False)], "marketing_email", False),
        ([("marketing_email", True), ("marketing_email", False)], "marketing_email", False),
        ([("marketing_email", False), ("marketing_email", True)], "marketing_email", True),
        ([("terms", True)], "marketing_email", False),
    ],
)
def test_a_consent_covers_what_it_says_and_no_more(decisions, purpose: str, allowed: bool):
    assert is_consented(kept(*decisions), purpose) is allowed


@pytest.mark.parametrize(
    "yes", ["marketing_birthday_messages_email", "marketing_birthday", "birthday_messages_email", "marketing_email"]
)
@pytest.mark.parametrize("no", ["marketing", "email", "marketing_email"])
def test_a_no_takes_back_every_yes_before_it_however_special(yes: str, no: str):
    assert is_consented(kept((yes, True)), "marketing_birthday_messages_email")
    assert not is_consented(kept((yes, True), (no, False)), "marketing_birthday_messages_email")


def test_a_no_to_one_channel_leaves_the_others():
    consents = kept(("marketing_win_back_messages", True), ("marketing_email", False))
    assert not is_consented(consents, "marketing_win_back_messages_email")
    assert is_consented(consents, "marketing_win_back_messages_sms")


def test_a_special_yes_after_a_no_counts_again():
    consents = kept(("marketing", True), ("marketing_email", False), ("marketing_birthday_messages_email", True))
    assert is_consented(consents, "marketing_birthday_messages_email")
    assert not is_consented(consents, "marketing_holiday_messages_email")


@pytest.mark.parametrize("order", [1, -1])
def test_a_no_to_all_and_a_yes_to_one_said_at_once_are_both_meant(order: int):
    said = [("marketing", False), ("marketing_sms", True)][::order]
    assert is_consented(at_once(*said), "marketing_sms")
    assert not is_consented(at_once(*said), "marketing_email")


def test_what_was_taken_back_stays_so_when_the_refusal_is_taken_back():
    consents = kept(("email", False), ("marketing_email", True), ("marketing", False), ("marketing", True))
    assert not is_consented(consents, "marketing_email")
    assert is_consented(consents, "marketing_sms")
    again = record_decisions(consents, [ConsentDecision("marketing_email", True, "1")], NOW, PROOF)
    assert is_consented(again, "marketing_email")


def test_profiling_is_a_purpose_of_its_own():
    assert not may_profile(kept(("marketing", True)))
    assert may_profile(kept(("marketing", True), ("profiling", True)))
    assert not may_profile(kept(("profiling", True), ("profiling", False)))


def test_a_profile_keeps_the_latest_of_each_purpose_and_a_repetition_adds_nothing():
    first = kept(("marketing", True), ("marketing_sms", True))
    assert record_decisions(first, [ConsentDecision("marketing", True, "1")], NOW, PROOF) == first
    newer = record_decisions(first, [ConsentDecision("marketing", True, "2")], NOW, PROOF)
    assert [(one.purpose, one.text_version, one.sequence) for one in newer] == [
        ("marketing_sms", "1", 2),
        ("marketing", "2", 3),
    ]
    assert newly_recorded(first, newer) == [newer[-1]]


def test_an_app_that_sends_all_its_switches_each_time_adds_nothing():
    switches = [ConsentDecision("marketing", False, "1"), ConsentDecision("marketing_sms", True, "1")]
    once = record_decisions((), switches, NOW, PROOF)
    assert record_decisions(once, switches[::-1], NOW, PROOF) == once


def test_a_yes_that_a_later_no_took_back_can_be_said_again():
    consents = kept(("marketing_email", True), ("marketing", False), ("marketing_email", True))
    assert is_consented(consents, "marketing_email")
    assert consents[-1].sequence == 3


@given(batches)
def test_any_history_of_decisions_means_the_same_as_an_independent_model_says(history):
    consents: tuple[Consent, ...] = ()
    evidence: list[Consent] = []
    said: list[tuple[frozenset[str], bool]] = []
    for batch in history:
        decisions = [ConsentDecision(*decision) for decision in batch]
        after = record_decisions(consents, decisions, NOW, PROOF)
        evidence += newly_recorded(consents, after)
        consents = after
        said += sorted(
            ((words(purpose), granted) for purpose, granted, _ in batch), key=lambda one: (len(one[0]), not one[1])
        )
    for use in USES:
        assert (
            is_consented(consents, use) == is_consented(evidence, use) == allowed_by_all_that_was_said(said, words(use))
        )
    assert [one.sequence for one in evidence] == [*range(1, len(evidence) + 1)]
    assert {*consents} <= {*evidence}
    assert latest_decisions(consents) == latest_decisions(evidence)
    assert len(consents) <= 2 * len(latest_decisions(consents))
    decided = {(purpose, granted, text) for batch in history for purpose, granted, text in batch}
    assert {(one.purpose, one.granted, one.text_version) for one in evidence} == decided


def words(purpose: str) -> frozenset[str]:
    return frozenset(purpose.split("_"))


def allowed_by_all_that_was_said(said: list[tuple[frozenset[str], bool]], use: frozenset[str]) -> bool:
    """The rule in other words, over everything that was ever said: of each set of words the last word counts; a yes counts
    only if no covering no came after it; the longest decide, and they must agree.
    """
    last = {about: place for place, (about, _) in enumerate(said) if about <= use}
    refused_at = max((place for place in last.values() if not said[place][1]), default=-1)
    refused_at = max([refused_at, *(place for place, (about, yes) in enumerate(said) if about <= use and not yes)])
    standing = {about: said[place][1] for about, place in last.items() if not said[place][1] or place > refused_at}
    longest = max(map(len, standing), default=0)
    return bool(standing) and {yes for about, yes in standing.items() if len(about) == longest} == {True}


def test_a_withdrawal_is_a_no_without_a_text_and_the_same_again_adds_nothing():
    told = ConsentProof("one_click", "message:msg_1", "msg_1")
    once = withdraw(kept(("marketing", True)), "marketing_email", NOW, told)
    assert once[-1] == Consent("marketing_email", False, NO_TEXT, NOW, 2, told)
    assert withdraw(once, "marketing_email", NOW + timedelta(days=1), told) == once
    assert withdraw(kept(("marketing_email", False)), "marketing_email", NOW, told) == kept(("marketing_email", False))


def test_who_never_said_anything_can_withdraw_all_the_same():
    assert len(withdraw((), "marketing_email", NOW, PROOF)) == 1


def test_a_member_decides_about_so_many_purposes_and_no_more():
    full = tuple(make_consent(f"purpose_{number}", sequence=number + 1) for number in range(OPEN_PURPOSES_MAX))
    member = make_member(consents=full)
    with pytest.raises(ValidationFailedError) as refused:
        apply_changes(member, {"consents": [ConsentDecision("one_more", True, "1")]}, NOW, PROOF)
    assert refused.value.faults[0].pointer == "/consents"
    taken_back = apply_changes(member, {"consents": [ConsentDecision("purpose_3", False, "1")]}, NOW, PROOF)
    assert len(taken_back.consents) == OPEN_PURPOSES_MAX
    over = replace(member, consents=withdraw(full, "marketing_email", NOW, PROOF))
    assert apply_changes(over, {"consents": [ConsentDecision("purpose_3", False, "1")]}, NOW, PROOF)


def test_a_program_that_went_wild_ends_before_its_evidence_has_no_place_any_more():
    member = make_member(consents=(make_consent(sequence=DECISIONS_KEPT_MAX),))
    with pytest.raises(ValidationFailedError):
        apply_changes(member, {"consents": [ConsentDecision("marketing", False, "1")]}, NOW, PROOF)
    assert apply_changes(member, {"name": "Hoa"}, NOW, PROOF).name == "Hoa"
    assert not is_consented(withdraw(member.consents, "marketing", NOW, PROOF), "marketing")


# Two members who are one person


def test_of_two_people_s_consents_a_merge_keeps_the_stricter():
    survivor = make_member(consents=kept(("marketing", True), ("profiling", True)))
    changed_mind = (("profiling", True), ("marketing_email", False), ("marketing_email", True))
    merged = make_member(
        OTHER, consents=kept(*changed_mind, ("marketing_sms", False), ("share_with_partner:ptn_1", True))
    )
    after, away = united(survivor, merged, [])
    assert after.consents_to("marketing_email")
    assert not after.consents_to("marketing_sms")
    assert not after.consents_to("share_with_partner:ptn_1")
    assert away.consents == merged.consents


def test_a_refusal_that_a_merge_carries_over_keeps_its_time_and_says_where_its_evidence_is():
    refusal = make_consent("marketing_sms", granted=False, sequence=4, recorded_at=NOW - timedelta(days=3))
    [_, carried] = carry_refusals(kept(("marketing", True)), [refusal], OTHER)
    assert carried == replace(refusal, sequence=2, proof=replace(refusal.proof, reference=f"{OTHER}:4"))
    again = carry_refusals(
        kept(("marketing", True), ("marketing_sms", False)), [replace(refusal, text_version="1")], OTHER
    )
    assert len(again) == 2


def test_a_merge_that_would_carry_over_too_much_is_refused():
    many = tuple(
        make_consent(f"purpose_{number}", granted=False, sequence=number + 1)
        for number in range(CARRIED_REFUSALS_MAX + 1)
    )
    with pytest.raises(ValidationFailedError):
        united(make_member(), make_member(OTHER, consents=many), [])
