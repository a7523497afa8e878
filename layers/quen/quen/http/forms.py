"""Forms, as browsers and mail programs send them: urlencoded, or in parts.

RFC 8058 lets a mail program send its one click as either. Files are not taken; a name comes once.
https://www.rfc-editor.org/rfc/rfc7578 (multipart/form-data), https://url.spec.whatwg.org/#application/x-www-form-urlencoded
"""

from __future__ import annotations

from collections.abc import Iterable
from email.message import Message
from email.parser import BytesParser
from urllib.parse import parse_qsl

from quen.errors import ValidationFailedError
from quen.http.errors import UnsupportedMediaTypeError
from quen.http.gateway import GatewayRequest

FIELDS_MAX = 20
URLENCODED, IN_PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


def read_form(request: GatewayRequest) -> dict[str, str]:
    """The fields of the body. Raises UnsupportedMediaTypeError, and ValidationFailedError for what is no form."""
    content_type = request.find_header("content-type") or ""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == URLENCODED:
            return _once(parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX))
        if kind == IN_PARTS:
            return _once(_parts(content_type, request.body))
    except (ValueError, RecursionError):  # no UTF-8, too many fields, or parts within parts without end
        raise ValidationFailedError.at("", "format", "The body is no form.") from None
    raise UnsupportedMediaTypeError(f"A form is {URLENCODED} or {IN_PARTS}.")


def _parts(content_type: str, body: bytes) -> list[tuple[str, str]]:
    if not (content_type.isascii() and content_type.isprintable()):
        raise ValueError("a header's value is printable")
    whole = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = whole.get_payload()
    if not isinstance(parts, list) or len(parts) > FIELDS_MAX:
        raise ValueError("there are no parts, or too many")
    return [_field(part) for part in parts if isinstance(part, Message)]


def _field(part: Message) -> tuple[str, str]:
    name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(content, bytes):
        raise ValueError("a part has a name and a text")
    return name, content.decode()


def _once(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in fields:
        if name in found:
            raise ValidationFailedError.at("", "duplicate", "Each field of the form comes once.")
        found[name] = value
    return found
