"""Answers as documents keep them: JSON, compressed against the words that nearly all of them share.

An answer is short, and most of it is names of members that every answer has: a dictionary that knows these makes it less
than half as long, so that a document stays within a kilobyte, which is two write units. The dictionary is a part of the
format: what was written with one is read with that one alone. So none is ever changed; a better one is put before the
others, and zlib's header says which was used. What is kept beside another answer of the same document is compressed against
that one as well: they are nearly the same.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from typing import Any

from quen.compact_json import compact

_LEVEL, _WINDOW_BITS, _MEMORY = 6, 13, 5
"""A window of 8 KB sees the words and an answer; to set up more of either takes longer than to compress."""
_CHECKSUM = slice(2, 6)
"""Where zlib's header names the dictionary (RFC 1950)."""

# What zlib looks back at cheapest stands last: the parts of an account, which every answer ends with.
_WORDS_1 = """
{"redemption_id":"red_","member_id":"mem_","state":"reserved","code":"","reward_id":null,"quantity":1,"points":,"worth":
{"amount":,"currency":"VND"},"expires_at":"T00:00:00Z","entry_id":"ent_","perk_id":"","name":"","gift":true,"store_id":"",
"benefit":{"kind":"amount_off","amount":},"taken_off":{"amount":{"amount":,"currency":"VND"},"lines":[{"line_id":"","amount":
{"amount":,"currency":"VND"}}]},"vouchers":[{"voucher_id":"vch_","state":"issued","partial":false,"face_value":{"amount":
,"remaining_value":{"amount":,"valid_from":null,"valid_until":"20"}],"uses":{"uses":,"used":,"left":,"per":"month",
"period_end":"20"},"state":"redeemed","points_refunded":0,"state":"released","state":"refunded",
{"return_id":"","returned":{"amount":,"remaining":{"amount":,"points":{"reversed":,"written_off":0,"given_back":0},"kind":
"reverse","changes":{"active":,"pending":0,"held":0,"debt":0},{"event_id":"","type":"","wallet":"stamps",
{"purchase_id":"","member_id":"mem_","entries":[{"entry_id":"ent_","kind":"earn","points":,"state":"pending","state":"active",
"active_on":"2026-","expires_on":null,"expires_on":"20","explanation":[{"rule_id":"base","rule_version":1,"basis":,
"before_rounding":"","points":},{"rule_id":"tier:","rule_version":,"basis":,"before_rounding":"","points":}]}],"basis":
{"total":,"earns":},"lines":[{"line_id":"","points":}],"not_applied":[{"rule_id":"","reason":"other_weekday"}],"rewards":
{"reachable":[{"reward_id":"","points":}],"next":{"reward_id":"","name":{"vi":"","en":""},"points":,"missing_points":,
"purchases_like_this":}},"next":null},"receipt_text":{"vi":"Bạn được tích điểm, dùng được từ ngày. Hoá đơn này không tích điểm.
 Hiện có điểm, trị giá ₫. Còn điểm nữa là đổi được . điểm hết hạn sau ngày ","en":"You earned points, yours to spend from .
 This purchase earns no points. Thẻ : / tem. Thẻ đã đầy, bắt đầu thẻ mới. Quà tặng: .  card:  of  stamps. One card is full,
 and a new one begins. Your gift: . You have points, worth ₫. points more, and you can have . points can be spent until ."},
"account":{"member_id":"mem_","points":{"active":,"pending":0,"held":0,"debt":0},"worth":{"amount":,"currency":"VND"},
"expiring":[{"on":null,"points":},{"on":"2027-01-31","points":},{"on":"2027-12-31","points":}],"activating":[],"tier":{"id":"",
"name":"","since":null,"until":null,"progress":{"current":{"qualifying":,"spend":,"visits":,"purchases":},"next":{"id":"",
"name":""},"missing":{"spend":},"alternatives":[],"keep_missing":{},"window_end":null,"sentence":{"vi":"Còn  lượt ghé nữa
 là lên hạng","en":" more visits until "}}},"tier":null,"wallets":{"qualifying":0,"stamps":0},"stored_value":null,"gifts":[{
"reward_id":"","name":"","until":"20","count":1}],"gifts":[],"cards":[{"card_id":"","name":{"vi":"","en":""},"stamps":0,"of":10,"milestones":[{"at":5,
"reward_id":"","reached":true},{"at":10,"reward_id":"","reached":false}],"completed":0,"expires_on":null}],"cards":[],
"membership":{"plan_id":"","name":"","state":"ACTIVE","until":"20","renews":true,"saved":{"amount":0,"currency":"VND"}},
"membership":null,"sequence":
"""
_DICTIONARIES = ("".join(_WORDS_1.split("\n")).encode(),)
"""The one that is written with comes first."""
_BY_CHECKSUM = {zlib.adler32(words).to_bytes(4, "big"): words for words in _DICTIONARIES}


def packed(result: Any, *, beside: Any = None) -> bytes:
    """A JSON-able value, compressed. `beside` is the answer that its document has already, where the caller knows it."""
    packer = _ready().copy() if beside is None else _packer(_DICTIONARIES[0] + compact(beside))
    return packer.compress(compact(result)) + packer.flush()


def unpacked(data: bytes, *, beside: Any = None) -> Any:
    """The value again; `beside` as it may have been written with. Raises zlib.error where it was written with a dictionary that
    nobody knows.
    """
    checksum = bytes(data[_CHECKSUM])
    known = _BY_CHECKSUM.get(checksum)
    words = known if known is not None or beside is None else _with(checksum, compact(beside))
    unpacker = zlib.decompressobj(zdict=words or _DICTIONARIES[0])
    return json.loads(unpacker.decompress(data) + unpacker.flush())


def _with(checksum: bytes, text: bytes) -> bytes | None:
    """The dictionary of that checksum that ends with the text."""
    words = (each + text for each in _DICTIONARIES)
    return next((each for each in words if zlib.adler32(each).to_bytes(4, "big") == checksum), None)


@cache
def _ready() -> zlib._Compress:
    """What has read the dictionary: a copy of it takes less time than to read that again."""
    return _packer(_DICTIONARIES[0])


def _packer(words: bytes) -> zlib._Compress:
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY, zlib.Z_DEFAULT_STRATEGY, words)
