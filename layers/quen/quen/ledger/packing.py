"""Answers as documents keep them: JSON, compressed with the words that every answer has.

What a request was answered is kept for ever, and is paid for by the kilobyte; most of it are the names of its members, and
of its receipt the sentences. The words are part of what is stored: they are never changed. Others would be a second list, and
what is compressed says which one it needs.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

_LEVEL, _WINDOW_BITS, _MEMORY = 6, 13, 5
"""A window of 8 KB sees the words and an answer; to set up more of either takes longer than to compress."""
_WORDS = (
    # What stands last is nearest, and costs least.
    '"return_id":"","occurred_at":"","returned":{"amount":,"remaining":{"amount":,"reversed":,"written_off":,"given_back":'
    '"redemption_id":"red_","state":"reserved","code":"","quantity":1,"expires_at":"","redeemed","released",'
    " Còn  điểm nữa là đổi được .  điểm hết hạn sau ngày . more, and you can have .  points can be spent until ."
    " Thẻ đã đầy, bắt đầu thẻ mới. One card is full, and a new one begins. Quà tặng: . Your gift: . Thẻ : / tem."
    " card:  of  stamps. Trả hàng: trừ  điểm. Goods returned:  points taken back."
    "Hoá đơn này không tích điểm. This purchase earns no points. Hạng  tier: , dùng được từ ngày , yours to spend from "
    '"pending","active_on":"expires_on":"never","tenders":-,"tax":-,"delivery":"goods":-,"line_id":"1","points":'
    '"reason":"other_weekday"},{"rule_id":"","reason":"other_goods"},{"rule_id":"","reason":"campaign_not_running"},'
    '"name":{"vi":"","en":""},"missing_points":,"purchases_like_this":"milestones":[{"at":5,"reward_id":"","reached":true},'
    '{"at":10,"reward_id":"","reached":false}],"completed":0,"expires_on":null}],"since":"2026-","until":"2027-12-31"},'
    '{"purchase_id":"","member_id":"mem_","entries":[{"entry_id":"ent_","kind":"earn","points":1,"state":"active",'
    '"active_on":"2026-","expires_on":"2027-","explanation":[{"rule_id":"","rule_version":1,"basis":0,"before_rounding":"",'
    '"points":1},{"rule_id":"","rule_version":1,"basis":0}]}],"basis":{"total":000},"lines":[{"line_id":"","points":0}],'
    '"not_applied":[],"rewards":{"reachable":[{"reward_id":"","points":00},{"reward_id":"","points":00}],"next":{"reward_id":'
    '"next":null},"account":{"member_id":"mem_","points":{"active":0,"pending":0,"held":0,"debt":0},"worth":{"amount":00,'
    '"currency":"VND"},"expiring":[{"on":"2027-","points":0},{"on":"2027-","points":0}],"activating":[],"tier":null,"tier":{'
    '"id":"","name":"","wallets":{"qualifying":0,"stamps":0},"cards":[],"cards":[{"card_id":"","name":{"vi":"","en":""},'
    '"stamps":0,"of":10,"stored_value":null,"sequence":1},"receipt_text":{"vi":"Bạn được tích  điểm (: ). Hiện có  điểm, trị'
    ' giá 0.000 ₫.","en":"You earned  points. You have  points, worth 0,000 VND."}}'
).encode()


def packed(answer: Any) -> bytes:
    """A JSON-able value, compressed."""
    text = json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY, zlib.Z_DEFAULT_STRATEGY, _WORDS)
    return packer.compress(text.encode()) + packer.flush()


def unpacked(data: bytes) -> Any:
    """The value that `packed` wrote."""
    unpacker = zlib.decompressobj(zdict=_WORDS)
    return json.loads(unpacker.decompress(data) + unpacker.flush())
