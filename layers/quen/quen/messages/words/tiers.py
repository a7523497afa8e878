"""The words about tiers."""

from __future__ import annotations

from collections.abc import Mapping

from quen.messages.model import Template

TIERS: Mapping[str, Mapping[str, Template]] = {
    "vi": {
        "tier_upgraded": Template(
            "Chúc mừng bạn lên hạng $tier",
            (
                "Chúc mừng! Bạn đã lên hạng $tier của $program và được hưởng quyền lợi của hạng ngay từ bây giờ.",
                "Hạng này là của bạn đến hết ngày $last_day.",
            ),
            "$program: Chúc mừng bạn lên hạng $tier, đến hết ngày $last_day.",
            (("Hạng của bạn", "$tier"), ("Đến hết ngày", "$last_day")),
        ),
        "tier_upgraded_for_good": Template(
            "Chúc mừng bạn lên hạng $tier",
            (
                "Chúc mừng! Bạn đã lên hạng $tier của $program và được hưởng quyền lợi của hạng ngay từ bây giờ.",
                "Hạng này là của bạn mãi mãi.",
            ),
            "$program: Chúc mừng bạn lên hạng $tier!",
            (("Hạng của bạn", "$tier"),),
        ),
        "tier_at_risk": Template(
            "Giữ hạng $tier của bạn sau ngày $last_day",
            (
                "Hạng $tier của bạn có hiệu lực đến hết ngày $last_day.",
                "Để giữ hạng sau ngày đó, bạn còn thiếu: $lacking.",
            ),
            "$program: Hạng $tier của bạn đến hết ngày $last_day. Để giữ hạng, bạn còn thiếu: $lacking.",
            (("Còn thiếu", "$lacking"), ("Hạng của bạn", "$tier"), ("Đến hết ngày", "$last_day")),
        ),
        "tier_ending": Template(
            "Hạng $tier của bạn đến hết ngày $last_day",
            (
                "Hạng $tier của bạn có hiệu lực đến hết ngày $last_day.",
                "Sau ngày đó, hạng của bạn được xét lại theo những gì bạn đã mua.",
            ),
            "$program: Hạng $tier của bạn đến hết ngày $last_day, sau đó được xét lại.",
            (("Hạng của bạn", "$tier"), ("Đến hết ngày", "$last_day")),
        ),
        "tier_lost": Template(
            "Hạng của bạn nay là $tier",
            (
                "Kỳ vừa qua bạn chưa đủ điều kiện giữ hạng $before, nên hạng của bạn nay là $tier.",
                "Điểm của bạn vẫn giữ nguyên, và bạn có thể lên hạng trở lại bất cứ lúc nào.",
            ),
            "$program: Hạng của bạn nay là $tier. Điểm vẫn giữ nguyên, và bạn có thể lên hạng trở lại.",
            (("Hạng của bạn", "$tier"), ("Trước đây", "$before")),
        ),
    },
    "en": {
        "tier_upgraded": Template(
            "You have reached $tier",
            (
                "Congratulations! You have reached $tier at $program, and all that comes with it is yours from now on.",
                "It is yours until the end of $last_day.",
            ),
            "$program: Congratulations, you have reached $tier! It is yours until the end of $last_day.",
            (("Your tier", "$tier"), ("Until the end of", "$last_day")),
        ),
        "tier_upgraded_for_good": Template(
            "You have reached $tier",
            (
                "Congratulations! You have reached $tier at $program, and all that comes with it is yours from now on.",
                "It is yours for good.",
            ),
            "$program: Congratulations, you have reached $tier!",
            (("Your tier", "$tier"),),
        ),
        "tier_at_risk": Template(
            "Keep $tier beyond $last_day",
            (
                "Your tier, $tier, is yours until the end of $last_day.",
                "To keep it beyond that day, you need $lacking.",
            ),
            "$program: $tier is yours until the end of $last_day. To keep it, you need $lacking.",
            (("You need", "$lacking"), ("Your tier", "$tier"), ("Until the end of", "$last_day")),
        ),
        "tier_ending": Template(
            "$tier is yours until $last_day",
            (
                "Your tier, $tier, is yours until the end of $last_day.",
                "After that day your tier is decided anew by what you have bought.",
            ),
            "$program: $tier is yours until the end of $last_day, then it is decided anew.",
            (("Your tier", "$tier"), ("Until the end of", "$last_day")),
        ),
        "tier_lost": Template(
            "Your tier is now $tier",
            (
                "In the past period you did not collect enough to keep $before, so your tier is now $tier.",
                "Your points stay as they are, and you can rise again at any time.",
            ),
            "$program: Your tier is now $tier. Your points stay as they are, and you can rise again at any time.",
            (("Your tier", "$tier"), ("Previously", "$before")),
        ),
    },
}
"""By language and by what is said."""
