"""Terms, packs and caps of a partner: who stands behind its points on which day, and what it may not pass."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from coalition_api.terms import TermsBody
from partnering import PARTNER, capped, make_partner, prepaid
from quen.agreements.model import TERMS_MAX, PackBalance, balance_of, changed, with_pack, with_terms
from quen.errors import PartnerForbiddenError, ValidationFailedError
from quen.http.validation import parse_body
from quen.partners.model import BY_PROGRAM, Billing, DailyCaps, Funding, PartnerCaller, Terms, Total

TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)
PREPAID_NOW = Terms(TODAY, Billing.PREPAID)


def fault(error: pytest.ExceptionInfo[ValidationFailedError]) -> tuple[str, str]:
    (one,) = error.value.faults
    return one.pointer, one.code


def test_a_partner_settles_from_the_day_of_its_terms_on() -> None:
    partner = with_terms(make_partner(), Terms(TOMORROW, Billing.POSTPAID), TODAY)
    assert partner.issuing(TODAY) == partner.accepting(TODAY) == BY_PROGRAM
    assert partner.issuing(TOMORROW) == partner.accepting(TOMORROW) == Funding(PARTNER)


def test_terms_that_go_on_count_the_pack_and_refuse_nothing() -> None:
    terms = (Terms(TODAY, Billing.PREPAID, when_empty="continue"),)
    (total,) = make_partner(terms=terms, packs=5).issuing(TODAY).totals
    assert total == Total("PACK", PARTNER, 5, is_firm=False)


def test_a_day_that_has_begun_keeps_its_terms() -> None:
    partner = with_terms(make_partner(), PREPAID_NOW, TODAY)
    for late in (Terms(TODAY, Billing.POSTPAID), Terms(TODAY - timedelta(days=1), Billing.PREPAID)):
        with pytest.raises(ValidationFailedError) as refused:
            with_terms(partner, late, TODAY)
        assert fault(refused) == ("/from", "out_of_range")
    assert with_terms(partner, PREPAID_NOW, TODAY) is partner


def test_terms_to_come_are_replaced_by_later_ones_and_can_be_taken_up_again() -> None:
    first, second = Terms(TOMORROW, Billing.PREPAID), Terms(TOMORROW, Billing.POSTPAID)
    partner = make_partner()
    for terms in (first, second, first, first):
        partner = with_terms(partner, terms, TODAY)
    assert partner.terms == (first, second, first)
    assert partner.issuing(TOMORROW).totals


def test_a_partner_has_only_so_many_terms() -> None:
    days = (TODAY + timedelta(days=number) for number in range(TERMS_MAX))
    partner = make_partner(terms=tuple(Terms(day, Billing.PREPAID) for day in days))
    with pytest.raises(ValidationFailedError) as refused:
        with_terms(partner, Terms(TOMORROW, Billing.POSTPAID), TODAY)
    assert fault(refused) == ("", "too_many_terms")


def test_what_is_withdrawn_lowers_the_packs_and_not_the_total_that_is_counted_against() -> None:
    partner = with_pack(with_pack(prepaid(0), 100), -30)
    assert (partner.packs, partner.withdrawn) == (70, 30)
    (total,) = partner.issuing(TODAY).totals
    assert total.points == 100
    balance = balance_of(partner, {"0": 30, "1": 25})
    assert (balance, balance.left) == (PackBalance(70, 25), 45)


def test_of_the_caps_those_that_are_named_change() -> None:
    partner = capped(issued=10, redeemed=20)
    assert changed(partner, {"caps": {"issued": None}}).caps == DailyCaps(None, 20)
    assert changed(partner, {}) == partner


def test_a_store_is_the_partner_s_own_or_none_is_named() -> None:
    caller = PartnerCaller(make_partner(stores=frozenset({"q1"})), "key_0000000000000000")
    caller.require_store("q1")
    caller.require_store(None)
    with pytest.raises(PartnerForbiddenError):
        caller.require_store("q9")
    PartnerCaller(make_partner(), "key_0000000000000000").require_store("q9")


@pytest.mark.parametrize("price", ["0", "0.0001", "100", "999999999.9999"])
def test_a_price_is_a_plain_decimal(price: str) -> None:
    body = {"from": "2026-11-22", "billing": "prepaid", "prices": {"issued": price}}
    assert parse_body(body, TermsBody).value().issued == price


@pytest.mark.parametrize("price", ["", "-1", "1.", ".5", "01", "1.00001", "1e3", "1,5", "NaN", "1" * 10, "1\n"])
def test_anything_else_is_no_price(price: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        parse_body({"from": "2026-11-22", "billing": "prepaid", "prices": {"issued": price}}, TermsBody)
    assert fault(refused)[0] == "/prices/issued"
