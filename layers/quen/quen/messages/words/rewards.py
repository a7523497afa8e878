"""The words about what members have or collect: rewards, gifts, vouchers."""

from __future__ import annotations

from collections.abc import Mapping

from quen.messages.model import Template

REWARDS: Mapping[str, Mapping[str, Template]] = {
    "vi": {
        "reserved": Template(
            "$reward đang chờ bạn",
            (
                "Bạn đã đổi $points điểm lấy $reward. Hãy đưa mã đổi quà tại cửa hàng trước $until.",
                "Nếu bạn không đến nhận, điểm sẽ tự động trở lại tài khoản của bạn.",
            ),
            "$program: $reward đang chờ bạn đến $until.",
            (("Phần quà", "$reward"), ("Nhận trước", "$until"), ("Điểm đã đổi", "$points")),
        ),
        "gift_reserved": Template(
            "$reward đang chờ bạn",
            (
                "Quà của bạn: $reward. Hãy đưa mã nhận quà tại cửa hàng trước $until.",
                "Nếu bạn không đến nhận, quà sẽ trở lại tài khoản của bạn nếu chưa hết hạn.",
            ),
            "$program: Quà $reward đang chờ bạn đến $until.",
            (("Phần quà", "$reward"), ("Nhận trước", "$until")),
        ),
        "redeemed": Template(
            "Bạn đã nhận $reward",
            (
                "Bạn vừa dùng $points điểm để nhận $reward. Số dư hiện tại: $balance điểm.",
                "Nếu không phải bạn thực hiện, hãy báo cho cửa hàng ngay.",
            ),
            "$program: Bạn vừa dùng $points điểm để nhận $reward. Số dư: $balance điểm.",
            (("Phần quà", "$reward"), ("Điểm đã dùng", "$points"), ("Số dư", "$balance")),
        ),
        "gift_redeemed": Template(
            "Bạn đã nhận quà $reward",
            (
                "Bạn vừa nhận quà: $reward.",
                "Nếu không phải bạn thực hiện, hãy báo cho cửa hàng ngay.",
            ),
            "$program: Bạn vừa nhận quà $reward.",
            (("Phần quà", "$reward"),),
        ),
        "gift_ending": Template(
            "Quà của bạn sắp hết hạn: $gift",
            (
                "Quà của bạn, $gift, có hiệu lực đến hết ngày $on.",
                "Hãy ghé cửa hàng và nhận quà trước khi hết hạn.",
            ),
            "$program: Quà $gift của bạn có hiệu lực đến hết ngày $on. Hãy ghé nhận nhé!",
            (("Quà tặng", "$gift"), ("Đến hết ngày", "$on")),
        ),
        "voucher_issued": Template(
            "Bạn có phiếu ưu đãi mới: $gift",
            (
                "Bạn vừa nhận được: $gift. Phiếu có hiệu lực đến hết ngày $on.",
                "Khi thanh toán, hãy đưa mã phiếu trong mục Phiếu ưu đãi của ứng dụng.",
            ),
            "$program: Bạn có phiếu mới: $gift, dùng đến hết ngày $on. Mã phiếu ở trong ứng dụng.",
            (("Phiếu ưu đãi", "$gift"), ("Đến hết ngày", "$on")),
        ),
    },
    "en": {
        "reserved": Template(
            "$reward is waiting for you",
            (
                "You exchanged $points points for $reward. Show your redemption code in the shop before $until.",
                "If you do not collect it, the points return to your account by themselves.",
            ),
            "$program: $reward is waiting for you until $until.",
            (("Reward", "$reward"), ("Collect it before", "$until"), ("Points", "$points")),
        ),
        "gift_reserved": Template(
            "$reward is waiting for you",
            (
                "Your gift: $reward. Show your redemption code in the shop before $until.",
                "If you do not collect it, it returns to your account, as long as it has not ended.",
            ),
            "$program: Your gift $reward is waiting for you until $until.",
            (("Gift", "$reward"), ("Collect it before", "$until")),
        ),
        "redeemed": Template(
            "You have received $reward",
            (
                "You have just used $points points for $reward. Your balance is now $balance points.",
                "If this was not you, please tell the shop at once.",
            ),
            "$program: You used $points points for $reward. Balance: $balance points.",
            (("Reward", "$reward"), ("Points used", "$points"), ("Balance", "$balance")),
        ),
        "gift_redeemed": Template(
            "You have received your gift: $reward",
            (
                "You have just had your gift: $reward.",
                "If this was not you, please tell the shop at once.",
            ),
            "$program: You have just had your gift: $reward.",
            (("Gift", "$reward"),),
        ),
        "gift_ending": Template(
            "Your gift ends soon: $gift",
            (
                "Your gift, $gift, is yours until the end of $on.",
                "Come by and collect it before then.",
            ),
            "$program: Your gift, $gift, is yours until the end of $on. Come by and collect it!",
            (("Gift", "$gift"), ("Until the end of", "$on")),
        ),
        "voucher_issued": Template(
            "A new voucher for you: $gift",
            (
                "You have just been given: $gift. It is yours to use until the end of $on.",
                "When you pay, show its code: it is in the app, among your vouchers.",
            ),
            "$program: New for you: $gift, until the end of $on. Its code is in the app.",
            (("Voucher", "$gift"), ("Until the end of", "$on")),
        ),
    },
}
"""By language and by what is said."""
