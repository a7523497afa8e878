"""Money as the field keeps it: an integer of the currency's smallest unit (VND has none smaller) and an ISO 4217 code."""

from __future__ import annotations

from msgspec import Struct

AMOUNT_MAX = 10**12

_DIGITS_BY_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP"
    " CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD"
    " KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK"
    " NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS"
    " TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
CURRENCY_DIGITS = {code: digits for digits, codes in _DIGITS_BY_CODES.items() for code in codes.split()}
"""How many decimal digits each currency of ISO 4217 has below its unit."""


class Money(Struct, frozen=True):
    """`amount` in the currency's smallest unit, 0 … 10^12; `currency` an ISO 4217 code."""

    amount: int
    currency: str


def format_integer(number: int, locale: str) -> str:
    """The digits in groups of three: `1.234` in Vietnamese, `1,234` in English."""
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if locale == "vi" else grouped


def format_money(money: Money, locale: str) -> str:
    """The amount as people write it: `1.234 ₫` or `1.234,50 USD` in Vietnamese, `1,234 VND` or `1,234.50 USD` in English."""
    digits = CURRENCY_DIGITS.get(money.currency, 2)
    whole, part = divmod(abs(money.amount), 10**digits)
    decimals = f"{',' if locale == 'vi' else '.'}{part:0{digits}}" if digits else ""
    unit = "₫" if locale == "vi" and money.currency == "VND" else money.currency
    return f"{'-' if money.amount < 0 else ''}{format_integer(whole, locale)}{decimals} {unit}"
