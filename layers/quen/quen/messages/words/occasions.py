"""The words that go with a gift for an occasion: a birthday, a holiday, a long absence. All of it is advertising."""

from __future__ import annotations

from collections.abc import Mapping

from quen.messages.model import Template

OCCASIONS: Mapping[str, Mapping[str, Template]] = {
    "vi": {
        "birthday": Template(
            "$program chúc mừng sinh nhật bạn",
            (
                "Chúc mừng sinh nhật! Chúc bạn tuổi mới thật nhiều sức khỏe và niềm vui.",
                "$program tặng bạn: $gift. Quà đã có sẵn trong tài khoản của bạn.",
            ),
            "$program: Chúc mừng sinh nhật bạn! Tặng bạn $gift, đã có sẵn trong tài khoản.",
            (("Quà tặng bạn", "$gift"),),
        ),
        "holiday": Template(
            "$holiday: quà của $program tặng bạn",
            ("$wish", "$program tặng bạn: $gift. Quà đã có sẵn trong tài khoản của bạn."),
            "$program: $wish Tặng bạn $gift, đã có sẵn trong tài khoản.",
            (("Quà tặng bạn", "$gift"),),
        ),
        "win_back": Template(
            "$program nhớ bạn: có quà tặng bạn",
            (
                "Lần gần nhất bạn ghé chúng tôi là ngày $last_bought_on. Chúng tôi rất mong được gặp lại bạn.",
                "$program tặng bạn: $gift. Quà đã có sẵn trong tài khoản của bạn, chỉ chờ bạn ghé.",
            ),
            "$program: Đã lâu không gặp! Tặng bạn $gift, đã có sẵn trong tài khoản.",
            (("Quà tặng bạn", "$gift"),),
        ),
    },
    "en": {
        "birthday": Template(
            "Happy birthday from $program",
            (
                "Happy birthday! We wish you health and joy in the year ahead.",
                "$program gives you: $gift. It is in your account already.",
            ),
            "$program: Happy birthday! Your gift: $gift, in your account already.",
            (("Your gift", "$gift"),),
        ),
        "holiday": Template(
            "$holiday: a gift from $program",
            ("$wish", "$program gives you: $gift. It is in your account already."),
            "$program: $wish Your gift: $gift, in your account already.",
            (("Your gift", "$gift"),),
        ),
        "win_back": Template(
            "$program misses you: a gift is waiting",
            (
                "You were last with us on $last_bought_on. We would love to see you again.",
                "$program gives you: $gift. It is in your account already, and only waits for you to come by.",
            ),
            "$program: We miss you! Your gift: $gift, in your account already.",
            (("Your gift", "$gift"),),
        ),
    },
}
"""By language and by what is said."""
