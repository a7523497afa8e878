"""The words about points: the first ones, those that came in or were spent, those that end."""

from __future__ import annotations

from collections.abc import Mapping

from quen.messages.model import Template

POINTS: Mapping[str, Mapping[str, Template]] = {
    "vi": {
        "welcome": Template(
            "Chào mừng bạn đến với $program",
            (
                "Cảm ơn bạn đã trở thành thành viên của $program. Chúng tôi tặng bạn $points điểm, dùng được ngay hôm nay.",
                "Mỗi lần mua hàng, bạn chỉ cần đọc số điện thoại hoặc đưa mã thẻ thành viên để tích điểm.",
            ),
            "$program: Chào mừng bạn! Bạn được tặng $points điểm, dùng được ngay hôm nay.",
            (("Điểm tặng", "$points"),),
        ),
        "joined": Template(
            "Chào mừng bạn đến với $program",
            (
                "Cảm ơn bạn đã trở thành thành viên của $program.",
                "Mỗi lần mua hàng, bạn chỉ cần đọc số điện thoại hoặc đưa mã thẻ thành viên để tích điểm.",
            ),
            "$program: Chào mừng bạn! Từ nay mỗi lần mua hàng bạn đều được tích điểm.",
        ),
        "earned": Template(
            "Bạn vừa tích được $points điểm",
            ("Cảm ơn bạn đã mua hàng. Bạn vừa tích được $points điểm. Số dư hiện tại: $balance điểm.",),
            "$program: Bạn vừa tích được $points điểm. Số dư: $balance điểm.",
            (("Điểm vừa tích", "$points"), ("Số dư", "$balance")),
        ),
        "spent": Template(
            "Bạn vừa dùng $points điểm",
            (
                "Bạn vừa thanh toán bằng $points điểm. Số dư hiện tại: $balance điểm.",
                "Nếu không phải bạn thực hiện, hãy báo cho cửa hàng ngay.",
            ),
            "$program: Bạn vừa dùng $points điểm. Số dư: $balance điểm.",
            (("Điểm đã dùng", "$points"), ("Số dư", "$balance")),
        ),
        "expiring": Template(
            "$points điểm của bạn sắp hết hạn: $left",
            (
                "$points điểm của bạn sẽ hết hạn $when ($left).",
                "Hãy dùng số điểm này trước khi hết hạn. Mỗi lần mua hàng hoặc đổi quà, điểm sắp hết hạn luôn được dùng trước.",
            ),
            "$program: $points điểm của bạn sẽ hết hạn $when ($left). Hãy dùng trước khi hết hạn.",
            (("Điểm sắp hết hạn", "$points"), ("Hết hạn", "$when"), ("Số dư", "$balance")),
        ),
        "expired": Template(
            "$points điểm của bạn đã hết hạn",
            ("$points điểm của bạn đã hết hạn vào cuối ngày $on.", "Số dư hiện tại: $balance điểm."),
            "$program: $points điểm của bạn đã hết hạn vào cuối ngày $on. Số dư: $balance điểm.",
            (("Điểm đã hết hạn", "$points"), ("Vào cuối ngày", "$on"), ("Số dư", "$balance")),
        ),
    },
    "en": {
        "welcome": Template(
            "Welcome to $program",
            (
                "Thank you for joining $program. Your welcome gift: $points points, yours to use today.",
                "Whenever you shop, give your phone number or show your member card to earn points.",
            ),
            "$program: Welcome! $points points are yours to use today.",
            (("Welcome points", "$points"),),
        ),
        "joined": Template(
            "Welcome to $program",
            (
                "Thank you for joining $program.",
                "Whenever you shop, give your phone number or show your member card to earn points.",
            ),
            "$program: Welcome! From now on you earn points whenever you shop.",
        ),
        "earned": Template(
            "You have earned $points points",
            ("Thank you for your purchase. You have earned $points points. Your balance is now $balance points.",),
            "$program: You have earned $points points. Balance: $balance points.",
            (("Points earned", "$points"), ("Balance", "$balance")),
        ),
        "spent": Template(
            "You have used $points points",
            (
                "You have just paid with $points points. Your balance is now $balance points.",
                "If this was not you, please tell the shop at once.",
            ),
            "$program: You paid with $points points. Balance: $balance points.",
            (("Points used", "$points"), ("Balance", "$balance")),
        ),
        "expiring": Template(
            "$points of your points expire soon: $left",
            (
                "$points of your points expire $when ($left).",
                "Use them before then. Whenever you pay or choose a reward, the points that end first are taken first.",
            ),
            "$program: $points of your points expire $when ($left). Use them before then.",
            (("Points expiring", "$points"), ("They expire", "$when"), ("Balance", "$balance")),
        ),
        "expired": Template(
            "$points of your points have expired",
            ("$points of your points expired at the end of $on.", "Your balance is now $balance points."),
            "$program: $points of your points expired at the end of $on. Balance: $balance points.",
            (("Points expired", "$points"), ("At the end of", "$on"), ("Balance", "$balance")),
        ),
    },
}
"""By language and by what is said."""
