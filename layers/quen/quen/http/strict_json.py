"""The one JSON parser of the APIs: what it lets through, every other parser reads the same way.

Python's own takes NaN, duplicate members, `1e999`, lone surrogates and UTF-16, and dies on deep nesting; a document that
two parsers read differently is how a signed amount becomes another one. https://www.rfc-editor.org/rfc/rfc8259
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeAlias

from quen.http.errors import MalformedJsonError
from quen.requests import refuse_oversize

Json: TypeAlias = "dict[str, Any] | list[Any] | str | int | float | bool | None"

NESTING_MAX = 32
NUMBER_DIGITS_MAX = 100

_BOM = b"\xef\xbb\xbf"
# The closing quote is optional: a string without an end then takes the rest at once, and the scan stays linear.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89abcdefABCDEF]")


def parse(raw: bytes) -> Json:
    """The value of one JSON text. Raises BodyTooLargeError and MalformedJsonError, never anything else."""
    refuse_oversize(raw)
    if raw.startswith(_BOM):
        raise MalformedJsonError("The body starts with a byte order mark.")
    _refuse_deep_nesting(raw)
    try:
        value: Json = _DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedJsonError("The body is not UTF-8.") from error
    except ValueError as error:
        raise MalformedJsonError("The body is not one JSON value.") from error
    if _ESCAPED_SURROGATE.search(raw):
        _refuse_lone_surrogates(value)
    return value


def _refuse_deep_nesting(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") <= NESTING_MAX:
        return
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(raw):
        first = token[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        if depth > NESTING_MAX:
            raise MalformedJsonError(f"The body is nested more than {NESTING_MAX} levels deep.")


def _refuse_lone_surrogates(value: Json) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise MalformedJsonError("The body holds half of a surrogate pair.") from error


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) != len(members):
        raise MalformedJsonError("An object of the body names a member twice.")
    return value


def _integer(digits: str) -> int:
    if len(digits) > NUMBER_DIGITS_MAX:
        raise MalformedJsonError(f"A number of the body has more than {NUMBER_DIGITS_MAX} digits.")
    return int(digits)


def _fraction(digits: str) -> float:
    # A fraction is never a value of ours: it is kept only so that the validation can name the member that holds it.
    value = float(digits)
    if len(digits) > NUMBER_DIGITS_MAX or value in {float("inf"), float("-inf")}:
        raise MalformedJsonError("A number of the body is out of every range.")
    return value


def _constant(_name: str) -> NoReturn:
    raise MalformedJsonError("NaN and Infinity are not JSON.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)
