"""Names, e-mail addresses and locales: one spelling for each, and masks for those who need not know all."""

from __future__ import annotations

import re
import unicodedata

from quen.errors import ValidationFailedError
from quen.plain_text import refuse_controls

NAME_LENGTH_MAX = 100
EMAIL_LENGTH_MAX = 254
EMAIL_LOCAL_LENGTH_MAX = 64
PHONE_DIGITS_SHOWN = 3

_MASK = "***"
# RFC 5322's dot-atom, in ASCII: SES sends to no other local part.
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")
# What the two editions of IDNA read as different domains (straße.de is strasse.de to the older one alone): one of them would be
# somebody else's mailbox.
_AMBIGUOUS = re.compile("[\u00df\u03c2\u200c\u200d]")
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?")


def normalise_email(text: str, pointer: str = "/email") -> str:
    """The address in lower case, its domain in ASCII (IDNA). Raises ValidationFailedError with code `invalid_email`.

    A mailbox provider may tell upper from lower case before the @; none that people use does, and two members with one
    mailbox are the worse mistake. Dots and +tags are kept: they are addresses of their own. So are letters that only look like
    ASCII's: a Kelvin sign before the @ is no k, or whoever has a mailbox with one would be another person.
    """
    head = text[: EMAIL_LENGTH_MAX + 1].strip()  # IDNA is slow on long texts; what is cut here is refused below
    local, at, domain = head.rpartition("@")
    local, domain = local.lower() if local.isascii() else "", _in_ascii(unicodedata.normalize("NFC", domain).lower())
    fits = len(local) <= EMAIL_LOCAL_LENGTH_MAX and max(len(local + at + domain), len(text)) <= EMAIL_LENGTH_MAX
    if not (fits and _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise ValidationFailedError.at(
            pointer, "invalid_email", "This is not an e-mail address that mail can be sent to."
        )
    return f"{local}@{domain}"


def _in_ascii(domain: str) -> str:
    """The domain as DNS has it; empty where there is no such spelling, or more than one."""
    try:
        return "" if _AMBIGUOUS.search(domain) else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def normalise_name(text: str) -> str:
    """The name in NFC with single blanks. Raises ValidationFailedError at `/name`."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(name) <= NAME_LENGTH_MAX:
        raise ValidationFailedError.at("/name", "length", f"A name has 1 to {NAME_LENGTH_MAX} characters.")
    refuse_controls("/name", name)
    return name


def normalise_locale(text: str) -> str:
    """The BCP 47 tag in its usual case: `vi`, `vi-VN`, `zh-Hant-TW`. Raises ValidationFailedError at `/locale`."""
    match = _LOCALE.fullmatch(text)
    if match is None:
        raise ValidationFailedError.at("/locale", "invalid_locale", "A locale is a language tag like vi or vi-VN.")
    language, script, region = match.groups()
    return "-".join(part for part in (language.lower(), script and script.title(), region and region.upper()) if part)


def mask_name(name: str | None) -> str:
    """The name with all but the first letter of its last word hidden: "Nguyễn Thị H***". No name gives "***"."""
    if not name:
        return _MASK
    *before, last = name.split(" ")
    return " ".join([*before, last[0] + _MASK])


def mask_phone(phone: str | None) -> str | None:
    """The last three digits of a number: "***567"."""
    return phone and _MASK + phone[-PHONE_DIGITS_SHOWN:]


def mask_email(email: str | None) -> str | None:
    """The first letter and the domain of an address: "h***@example.com"."""
    return email and f"{email[0]}{_MASK}@{email.rpartition('@')[2]}"
