"""The words, in Vietnamese and English. `$name` and its like are filled in by `quen.messages.rendering`.

An SMS is short (a letter with a mark makes it cost by 67 characters), and carries nobody's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quen.messages.membership_templates import MEMBERSHIP_TEMPLATES
from quen.messages.model import Template

FALLBACK_LOCALE = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around every mail of a language, and what to say where something is not known."""

    greeting: str
    closing: str
    nobody: str
    some_reward: str
    some_tier: str
    some_card: str
    some_plan: str


WORDS: Mapping[str, Words] = {
    "vi": Words(
        "Xin chào $name,", "Thân mến,\n$program", "bạn", "phần quà của bạn", "thành viên", "tích tem", "hội viên"
    ),
    "en": Words("Hello $name,", "Kind regards,\n$program", "there", "your reward", "member", "stamp", "your plan"),
}

TEMPLATES: Mapping[str, Mapping[str, Template]] = {
    "vi": {
        **MEMBERSHIP_TEMPLATES["vi"],
        "welcome": Template(
            "Chào mừng bạn đến với $program",
            (
                "Cảm ơn bạn đã trở thành thành viên của $program. Chúng tôi tặng bạn $points điểm, dùng được ngay hôm nay.",
                "Mỗi lần mua hàng, bạn chỉ cần đọc số điện thoại hoặc đưa mã thẻ thành viên để tích điểm.",
            ),
            "$program: Chào mừng bạn! Bạn được tặng $points điểm, dùng được ngay hôm nay.",
        ),
        "joined": Template(
            "Chào mừng bạn đến với $program",
            (
                "Cảm ơn bạn đã trở thành thành viên của $program.",
                "Mỗi lần mua hàng, bạn chỉ cần đọc số điện thoại hoặc đưa mã thẻ thành viên để tích điểm.",
            ),
            "$program: Chào mừng bạn! Từ nay mỗi lần mua hàng bạn đều được tích điểm.",
        ),
        "birthday": Template(
            "$program chúc mừng sinh nhật bạn",
            (
                "Chúc mừng sinh nhật! Chúc bạn tuổi mới thật nhiều sức khỏe và niềm vui.",
                "$program tặng bạn: $gift. Quà đã có sẵn trong tài khoản của bạn.",
            ),
            "$program: Chúc mừng sinh nhật bạn! Tặng bạn $gift, đã có sẵn trong tài khoản.",
        ),
        "holiday": Template(
            "$holiday: quà của $program tặng bạn",
            ("$wish", "$program tặng bạn: $gift. Quà đã có sẵn trong tài khoản của bạn."),
            "$program: $wish Tặng bạn $gift, đã có sẵn trong tài khoản.",
        ),
        "reserved": Template(
            "$reward đang chờ bạn",
            (
                "Bạn đã đổi $points điểm lấy $reward. Hãy đưa mã đổi quà tại cửa hàng trước $until.",
                "Nếu bạn không đến nhận, điểm sẽ tự động trở lại tài khoản của bạn.",
            ),
            "$program: $reward đang chờ bạn đến $until.",
        ),
        "redeemed": Template(
            "Bạn đã nhận $reward",
            (
                "Bạn vừa dùng $points điểm để nhận $reward. Số dư hiện tại: $balance điểm.",
                "Nếu không phải bạn thực hiện, hãy báo cho cửa hàng ngay.",
            ),
            "$program: Bạn vừa dùng $points điểm để nhận $reward. Số dư: $balance điểm.",
        ),
        "gift_reserved": Template(
            "$reward đang chờ bạn",
            (
                "Quà của bạn: $reward. Hãy đưa mã nhận quà tại cửa hàng trước $until.",
                "Nếu bạn không đến nhận, quà sẽ trở lại tài khoản của bạn nếu chưa hết hạn.",
            ),
            "$program: Quà $reward đang chờ bạn đến $until.",
        ),
        "gift_redeemed": Template(
            "Bạn đã nhận quà $reward",
            (
                "Bạn vừa nhận quà: $reward.",
                "Nếu không phải bạn thực hiện, hãy báo cho cửa hàng ngay.",
            ),
            "$program: Bạn vừa nhận quà $reward.",
        ),
        "spent": Template(
            "Bạn vừa dùng $points điểm",
            (
                "Bạn vừa thanh toán bằng $points điểm. Số dư hiện tại: $balance điểm.",
                "Nếu không phải bạn thực hiện, hãy báo cho cửa hàng ngay.",
            ),
            "$program: Bạn vừa dùng $points điểm. Số dư: $balance điểm.",
        ),
        "expired": Template(
            "$points điểm của bạn đã hết hạn",
            ("$points điểm của bạn đã hết hạn vào cuối ngày $on.", "Số dư hiện tại: $balance điểm."),
            "$program: $points điểm của bạn đã hết hạn vào cuối ngày $on. Số dư: $balance điểm.",
        ),
        "tier_upgraded": Template(
            "Chúc mừng bạn lên hạng $tier",
            (
                "Chúc mừng! Bạn đã lên hạng $tier của $program và được hưởng quyền lợi của hạng ngay từ bây giờ.",
                "Hạng này là của bạn đến hết ngày $last_day.",
            ),
            "$program: Chúc mừng bạn lên hạng $tier, đến hết ngày $last_day.",
        ),
        "tier_upgraded_for_good": Template(
            "Chúc mừng bạn lên hạng $tier",
            (
                "Chúc mừng! Bạn đã lên hạng $tier của $program và được hưởng quyền lợi của hạng ngay từ bây giờ.",
                "Hạng này là của bạn mãi mãi.",
            ),
            "$program: Chúc mừng bạn lên hạng $tier!",
        ),
        "tier_at_risk": Template(
            "Giữ hạng $tier của bạn trước ngày $last_day",
            (
                "Hạng $tier của bạn có hiệu lực đến hết ngày $last_day.",
                "Để giữ hạng sau ngày đó, bạn còn thiếu: $lacking.",
            ),
            "$program: Hạng $tier của bạn đến hết ngày $last_day. Để giữ hạng, bạn còn thiếu: $lacking.",
        ),
        "tier_ending": Template(
            "Hạng $tier của bạn đến hết ngày $last_day",
            (
                "Hạng $tier của bạn có hiệu lực đến hết ngày $last_day.",
                "Sau ngày đó, hạng của bạn được xét lại theo những gì bạn đã mua.",
            ),
            "$program: Hạng $tier của bạn đến hết ngày $last_day, sau đó được xét lại.",
        ),
        "tier_lost": Template(
            "Hạng của bạn nay là $tier",
            (
                "Kỳ vừa qua bạn chưa đủ điều kiện giữ hạng $before, nên hạng của bạn nay là $tier.",
                "Điểm của bạn vẫn giữ nguyên, và bạn có thể lên hạng trở lại bất cứ lúc nào.",
            ),
            "$program: Hạng của bạn nay là $tier. Điểm vẫn giữ nguyên, và bạn có thể lên hạng trở lại.",
        ),
        "milestone": Template(
            "Bạn được tặng $reward",
            (
                "Thẻ $card của bạn đã đạt mốc quà: $program tặng bạn $reward, không tốn điểm nào.",
                "Hãy nhận quà đến hết ngày $on. Bạn cứ tiếp tục tích tem trên thẻ này.",
            ),
            "$program: Thẻ $card đạt mốc quà! Tặng bạn $reward, nhận đến hết ngày $on.",
        ),
        "card_complete": Template(
            "Thẻ $card của bạn đã đầy: tặng bạn $reward",
            (
                "Thẻ $card của bạn đã đủ tem: $program tặng bạn $reward, không tốn điểm nào.",
                "Hãy nhận quà đến hết ngày $on. Lần mua sau, bạn bắt đầu một thẻ mới.",
            ),
            "$program: Thẻ $card đã đầy! Tặng bạn $reward, nhận đến hết ngày $on.",
        ),
        "card_full": Template(
            "Thẻ $card của bạn đã đầy",
            ("Thẻ $card của bạn đã đủ tem.", "Lần mua sau, bạn bắt đầu một thẻ mới."),
            "$program: Thẻ $card của bạn đã đầy, thẻ mới bắt đầu.",
        ),
    },
    "en": {
        **MEMBERSHIP_TEMPLATES["en"],
        "welcome": Template(
            "Welcome to $program",
            (
                "Thank you for joining $program. Your welcome gift: $points points, yours to use today.",
                "Whenever you shop, give your phone number or show your member card to earn points.",
            ),
            "$program: Welcome! $points points are yours to use today.",
        ),
        "joined": Template(
            "Welcome to $program",
            (
                "Thank you for joining $program.",
                "Whenever you shop, give your phone number or show your member card to earn points.",
            ),
            "$program: Welcome! From now on you earn points whenever you shop.",
        ),
        "birthday": Template(
            "Happy birthday from $program",
            (
                "Happy birthday! We wish you health and joy in the year ahead.",
                "$program gives you: $gift. It is in your account already.",
            ),
            "$program: Happy birthday! Your gift: $gift, in your account already.",
        ),
        "holiday": Template(
            "$holiday: a gift from $program",
            ("$wish", "$program gives you: $gift. It is in your account already."),
            "$program: $wish Your gift: $gift, in your account already.",
        ),
        "reserved": Template(
            "$reward is waiting for you",
            (
                "You exchanged $points points for $reward. Show your redemption code in the shop before $until.",
                "If you do not collect it, the points return to your account by themselves.",
            ),
            "$program: $reward is waiting for you until $until.",
        ),
        "redeemed": Template(
            "You have received $reward",
            (
                "You have just used $points points for $reward. Your balance is now $balance points.",
                "If this was not you, please tell the shop at once.",
            ),
            "$program: You used $points points for $reward. Balance: $balance points.",
        ),
        "gift_reserved": Template(
            "$reward is waiting for you",
            (
                "Your gift: $reward. Show your redemption code in the shop before $until.",
                "If you do not collect it, it returns to your account, as long as it has not ended.",
            ),
            "$program: Your gift $reward is waiting for you until $until.",
        ),
        "gift_redeemed": Template(
            "You have received your gift: $reward",
            (
                "You have just had your gift: $reward.",
                "If this was not you, please tell the shop at once.",
            ),
            "$program: You have just had your gift: $reward.",
        ),
        "spent": Template(
            "You have used $points points",
            (
                "You have just paid with $points points. Your balance is now $balance points.",
                "If this was not you, please tell the shop at once.",
            ),
            "$program: You paid with $points points. Balance: $balance points.",
        ),
        "expired": Template(
            "$points of your points have expired",
            ("$points of your points expired at the end of $on.", "Your balance is now $balance points."),
            "$program: $points of your points expired at the end of $on. Balance: $balance points.",
        ),
        "tier_upgraded": Template(
            "You have reached $tier",
            (
                "Congratulations! You have reached $tier at $program, and all that comes with it is yours from now on.",
                "It is yours until the end of $last_day.",
            ),
            "$program: Congratulations, you have reached $tier! It is yours until the end of $last_day.",
        ),
        "tier_upgraded_for_good": Template(
            "You have reached $tier",
            (
                "Congratulations! You have reached $tier at $program, and all that comes with it is yours from now on.",
                "It is yours for good.",
            ),
            "$program: Congratulations, you have reached $tier!",
        ),
        "tier_at_risk": Template(
            "Keep $tier beyond $last_day",
            (
                "Your tier, $tier, is yours until the end of $last_day.",
                "To keep it beyond that day, you need $lacking.",
            ),
            "$program: $tier is yours until the end of $last_day. To keep it, you need $lacking.",
        ),
        "tier_ending": Template(
            "$tier is yours until $last_day",
            (
                "Your tier, $tier, is yours until the end of $last_day.",
                "After that day your tier is decided anew by what you have bought.",
            ),
            "$program: $tier is yours until the end of $last_day, then it is decided anew.",
        ),
        "tier_lost": Template(
            "Your tier is now $tier",
            (
                "In the past period not all was there to keep $before, so your tier is now $tier.",
                "Your points stay as they are, and you can rise again at any time.",
            ),
            "$program: Your tier is now $tier. Your points stay as they are, and you can rise again at any time.",
        ),
        "milestone": Template(
            "A gift for you: $reward",
            (
                "Your $card card has reached a gift: $program gives you $reward, for no points at all.",
                "It is yours until the end of $on. The card goes on: keep collecting stamps.",
            ),
            "$program: Your $card card won a gift! $reward is yours until the end of $on.",
        ),
        "card_complete": Template(
            "Your $card card is full: $reward for you",
            (
                "Your $card card has all of its stamps: $program gives you $reward, for no points at all.",
                "It is yours until the end of $on. Your next purchase begins a new card.",
            ),
            "$program: Your $card card is full! $reward is yours until the end of $on.",
        ),
        "card_full": Template(
            "Your $card card is full",
            ("Your $card card has all of its stamps.", "Your next purchase begins a new card."),
            "$program: Your $card card is full, and a new one begins.",
        ),
    },
}
"""By language and by what is said; see `quen.messages.rendering` for which kind of message says what."""
