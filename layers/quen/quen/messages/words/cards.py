"""The words about punch cards."""

from __future__ import annotations

from collections.abc import Mapping

from quen.messages.model import Template

CARDS: Mapping[str, Mapping[str, Template]] = {
    "vi": {
        "milestone": Template(
            "Bạn được tặng $reward",
            (
                "Thẻ $card của bạn đã đạt mốc quà: $program tặng bạn $reward, không tốn điểm nào.",
                "Hãy nhận quà đến hết ngày $on. Bạn cứ tiếp tục tích tem trên thẻ này.",
            ),
            "$program: Thẻ $card đạt mốc quà! Tặng bạn $reward, nhận đến hết ngày $on.",
            (("Phần quà", "$reward"), ("Nhận đến hết ngày", "$on"), ("Thẻ", "$card")),
        ),
        "card_complete": Template(
            "Thẻ $card của bạn đã đầy: tặng bạn $reward",
            (
                "Thẻ $card của bạn đã đủ tem: $program tặng bạn $reward, không tốn điểm nào.",
                "Hãy nhận quà đến hết ngày $on. Lần mua sau, bạn bắt đầu một thẻ mới.",
            ),
            "$program: Thẻ $card đã đầy! Tặng bạn $reward, nhận đến hết ngày $on.",
            (("Phần quà", "$reward"), ("Nhận đến hết ngày", "$on"), ("Thẻ", "$card")),
        ),
        "card_full": Template(
            "Thẻ $card của bạn đã đầy",
            ("Thẻ $card của bạn đã đủ tem.", "Lần mua sau, bạn bắt đầu một thẻ mới."),
            "$program: Thẻ $card của bạn đã đầy, thẻ mới bắt đầu.",
            (("Thẻ đã đầy", "$card"),),
        ),
    },
    "en": {
        "milestone": Template(
            "A gift for you: $reward",
            (
                "Your $card card has reached a gift: $program gives you $reward, for no points at all.",
                "It is yours until the end of $on. The card goes on: keep collecting stamps.",
            ),
            "$program: Your $card card won a gift! $reward is yours until the end of $on.",
            (("Reward", "$reward"), ("Until the end of", "$on"), ("Card", "$card")),
        ),
        "card_complete": Template(
            "Your $card card is full: $reward for you",
            (
                "Your $card card has all of its stamps: $program gives you $reward, for no points at all.",
                "It is yours until the end of $on. Your next purchase begins a new card.",
            ),
            "$program: Your $card card is full! $reward is yours until the end of $on.",
            (("Reward", "$reward"), ("Until the end of", "$on"), ("Card", "$card")),
        ),
        "card_full": Template(
            "Your $card card is full",
            ("Your $card card has all of its stamps.", "Your next purchase begins a new card."),
            "$program: Your $card card is full, and a new one begins.",
            (("Full card", "$card"),),
        ),
    },
}
"""By language and by what is said."""
