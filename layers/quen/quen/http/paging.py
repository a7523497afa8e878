"""Pages of a list: `?limit=` and `?cursor=`, answered with `items` and `next_cursor`.

A cursor is a position in one list, sealed for one caller: it tells nothing that the caller may change, and no other
caller, and no other list, can use it. A sealed cursor never expires: a position in a list that only grows stays true.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from quen.http.errors import CursorInvalidError
from quen.http.strict_json import Json

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
CURSOR_LENGTH_MAX = 1024

_SEAL_BYTES = 16

Limit = Annotated[int, Meta(ge=1, le=LIMIT_MAX, description="How many items a page holds at most.")]
Cursor = Annotated[str, Meta(description="Where the page begins: the `next_cursor` of the page before.")]


Fetch = Callable[[Any, int], tuple[Sequence[Mapping[str, Any]], Json]]


class PageQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The query parameters of a list."""

    limit: Limit = LIMIT_DEFAULT
    cursor: Cursor | None = None


class Cursors:
    """Seals and opens positions. `key` is the stack's own for this purpose (`KeyRing.derive("cursor")`)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, position: Json, *, caller: str, listing: str) -> str:
        """The cursor of a JSON-able position, for this caller and this list."""
        content = json.dumps(position, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._mac(content, caller, listing) + content).decode().rstrip("=")

    def open(self, cursor: str, *, caller: str, listing: str) -> Json:
        """The position that was sealed. Raises CursorInvalidError for any other text, caller or list."""
        sealed = _decode(cursor)
        seal, content = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._mac(content, caller, listing)):
            raise CursorInvalidError
        position: Json = json.loads(content)
        return position

    def page(self, query: PageQuery, fetch: Fetch, *, caller: str, listing: str) -> dict[str, Any]:
        """The body of a list's answer. `fetch` gives the items from a position on, and the position that follows them.

        Raises CursorInvalidError.
        """
        position = self.open(query.cursor, caller=caller, listing=listing) if query.cursor is not None else None
        items, following = fetch(position, query.limit)
        next_cursor = self.seal(following, caller=caller, listing=listing) if following is not None else None
        return {"items": list(items), "next_cursor": next_cursor}

    def _mac(self, content: bytes, caller: str, listing: str) -> bytes:
        bound_to = json.dumps([listing, caller]).encode()
        return hmac.digest(self._key, bound_to + content, hashlib.sha256)[:_SEAL_BYTES]


def _decode(cursor: str) -> bytes:
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CursorInvalidError from error
    # The last character of base64 has spare bits: only the spelling that we wrote is ours.
    if len(cursor) > CURSOR_LENGTH_MAX or base64.urlsafe_b64encode(sealed).decode().rstrip("=") != cursor:
        raise CursorInvalidError
    return sealed
