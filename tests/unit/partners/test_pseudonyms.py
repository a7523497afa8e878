"""Pairwise member ids, and how a brand's requests and answers are translated."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quen.http.pseudonyms import PartnerSpeech
from quen.ids import ALPHABET, is_id, new_id
from quen.keys import KeyRing
from quen.partners.known_as import CACHED_FOR, PARTNERS_KEPT_MAX, KnownAs
from quen.partners.model import ALL_RIGHTS, Partner, PartnerCaller, PartnerState, Relation
from quen.partners.pseudonyms import Pseudonyms

KEYS = KeyRing(b"a key ring for tests, 32 bytes or more")
IDS = Pseudonyms(KEYS)
BAKERY = Partner("ptn_0000000000000001", "Bakery", PartnerState.ACTIVE, ALL_RIGHTS, datetime(2026, 11, 22, tzinfo=UTC))
CINEMA = replace(BAKERY, partner_id="ptn_0000000000000002", name="Cinema")
OWN = replace(BAKERY, partner_id="ptn_0000000000000003", relation=Relation.OWN)
SPEECH = PartnerSpeech(lambda: IDS)

program_ids = st.text(ALPHABET, min_size=16, max_size=16).map("mem_{}".format)


def caller(partner: Partner) -> PartnerCaller:
    return PartnerCaller(partner, "key_0000000000000000")


@given(program_ids)
def test_a_brand_s_id_reads_back_and_is_no_id_of_the_program(member_id: str) -> None:
    shown = IDS.shown(BAKERY, member_id)
    assert len(shown) == 30
    assert set(shown[4:]) <= set(ALPHABET)
    assert not is_id("mem", shown)
    assert IDS.meant(BAKERY, shown) == member_id


@given(program_ids)
def test_two_brands_know_one_member_by_two_ids_and_neither_reads_the_other_s(member_id: str) -> None:
    bakery, cinema = IDS.shown(BAKERY, member_id), IDS.shown(CINEMA, member_id)
    assert bakery != cinema
    assert IDS.meant(CINEMA, bakery) == bakery
    assert IDS.meant(BAKERY, cinema) == cinema


def test_an_id_is_the_same_after_a_restart_and_another_in_another_stack() -> None:
    member_id = new_id("mem")
    assert Pseudonyms(KEYS).shown(BAKERY, member_id) == IDS.shown(BAKERY, member_id)
    other = Pseudonyms(KeyRing(b"the key ring of another stack, of 32 bytes"))
    assert other.shown(BAKERY, member_id) != IDS.shown(BAKERY, member_id)


def test_an_id_with_any_one_character_changed_means_nobody() -> None:
    shown = IDS.shown(BAKERY, new_id("mem"))
    for position in range(4, len(shown)):
        for character in set(ALPHABET) - {shown[position]}:
            bent = shown[:position] + character + shown[position + 1 :]
            assert IDS.meant(BAKERY, bent) == bent


@given(st.text(max_size=40) | st.text(ALPHABET, min_size=26, max_size=26).map("mem_{}".format))
def test_whatever_is_made_up_stays_as_it_is(text: str) -> None:
    assert IDS.meant(BAKERY, text) == text


def test_a_brand_may_name_a_member_by_the_program_s_id() -> None:
    member_id = new_id("mem")
    assert IDS.meant(BAKERY, member_id) == member_id


def test_the_shop_s_own_tills_use_the_program_s_ids() -> None:
    member_id = new_id("mem")
    assert IDS.shown(OWN, member_id) == IDS.meant(OWN, member_id) == member_id
    assert IDS.meant(OWN, IDS.shown(BAKERY, member_id)) == IDS.shown(BAKERY, member_id)


def test_an_id_that_was_shown_already_is_shown_as_it_is() -> None:
    shown = IDS.shown(BAKERY, new_id("mem"))
    assert IDS.shown(BAKERY, shown) == shown


def test_every_member_id_of_a_request_is_read_wherever_it_stands() -> None:
    member_id = new_id("mem")
    shown = IDS.shown(BAKERY, member_id)
    asked = {"member_id": shown, "purchases": [{"member": {"member_id": shown}, "note": shown}], "other": None}
    read = {"member_id": member_id, "purchases": [{"member": {"member_id": member_id}, "note": shown}], "other": None}
    assert SPEECH.read(caller(BAKERY), asked) == read
    assert SPEECH.read(caller(OWN), asked) is asked


@pytest.mark.parametrize("wrong", [None, 1, [], {}, True])
def test_a_member_id_that_is_no_text_is_left_to_the_checks(wrong: object) -> None:
    assert SPEECH.read(caller(BAKERY), {"member_id": wrong}) == {"member_id": wrong}  # type: ignore[dict-item] # on purpose


def test_every_member_id_of_an_answer_is_written_wherever_it_stands() -> None:
    member_id = new_id("mem")
    shown = IDS.shown(BAKERY, member_id)
    answered = {"results": [{"body": {"member_id": member_id, "entries": ({"entry_id": "ent_1"},)}}]}
    written = {"results": [{"body": {"member_id": shown, "entries": [{"entry_id": "ent_1"}]}}]}
    assert SPEECH.write(caller(BAKERY), answered) == written
    assert SPEECH.write(caller(OWN), answered) is answered


def test_a_brand_sees_the_balance_and_the_tier_but_not_what_tells_one_person_from_all_others() -> None:
    tier = {"id": "gold", "name": "Gold", "since": "2026-01-01", "until": None, "progress": {"missing": {}}}
    seen = {"id": "gold", "name": "Gold", "since": None, "until": None, "progress": None}
    lots = [{"on": "2027-11-30", "points": 40}]
    account = {"points": {"active": 40}, "expiring": lots, "activating": lots, "tier": tier, "sequence": 17}
    written = SPEECH.write(caller(BAKERY), {"account": account, "tier": tier, "sequence": 3})
    shown = {"points": {"active": 40}, "expiring": [], "activating": [], "tier": seen, "sequence": None}
    assert written == {"account": shown, "tier": seen, "sequence": 3}


def test_a_perk_tells_a_brand_no_more_of_its_tier_s_days_than_the_account_does() -> None:
    held = {"perk_id": "lounge", "name": "Lounge", "source": "tier", "since": "2026-01-14", "until": "2027-01-31"}
    untold = {"since": None, "until": None}
    answered = {"member_id": "-", "items": [held | {"quota": None}], "next_tier": None}
    [written] = SPEECH.write(caller(BAKERY), answered)["items"]
    assert written == held | {"quota": None} | untold
    assert SPEECH.write(caller(OWN), answered)["items"] == [held | {"quota": None}]


class Clock:
    """Stands until it is moved."""

    instant = datetime(2026, 11, 22, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


def test_what_is_told_without_being_asked_names_members_as_each_partner_knows_them() -> None:
    partners = {one.partner_id: one for one in (BAKERY, CINEMA, OWN)}
    known_as = KnownAs(partners.get, lambda: IDS, Clock())
    member_id = new_id("mem")
    assert known_as(BAKERY.partner_id, member_id) == IDS.shown(BAKERY, member_id)
    assert known_as(CINEMA.partner_id, member_id) == IDS.shown(CINEMA, member_id)
    assert known_as(OWN.partner_id, member_id) == member_id
    assert known_as("ptn_9999999999999999", member_id) is None


def test_a_partner_is_remembered_for_less_than_a_minute() -> None:
    asked: list[str] = []
    partners = {BAKERY.partner_id: BAKERY}

    def find(partner_id: str) -> Partner | None:
        asked.append(partner_id)
        return partners.get(partner_id)

    clock = Clock()
    known_as, member_id = KnownAs(find, lambda: IDS, clock), new_id("mem")
    shown = [known_as(BAKERY.partner_id, member_id) for _ in range(3)]
    assert (len({*shown}), len(asked)) == (1, 1)
    partners[BAKERY.partner_id] = replace(BAKERY, relation=Relation.OWN)
    clock.instant += CACHED_FOR
    assert (known_as(BAKERY.partner_id, member_id), len(asked)) == (member_id, 2)
    for number in range(PARTNERS_KEPT_MAX):
        known_as(f"ptn_{number}", member_id)
    assert known_as(BAKERY.partner_id, member_id) == member_id
