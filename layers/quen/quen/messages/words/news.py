"""The words about what somebody did about a member, and about an announcement whose own words are no longer there."""

from __future__ import annotations

from collections.abc import Mapping

from quen.messages.model import Template

NEWS: Mapping[str, Mapping[str, Template]] = {
    "vi": {
        "security": Template(
            "Thông báo bảo mật: $what",
            (
                "$what.",
                "Nếu chính bạn đã yêu cầu, bạn không cần làm gì thêm.",
                "Nếu không phải bạn, hãy báo cho cửa hàng ngay để chúng tôi bảo vệ điểm của bạn.",
            ),
            "$program: $what. Nếu không phải bạn yêu cầu, hãy báo cho cửa hàng ngay.",
        ),
        "announcement": Template(
            "Tin mới từ $program",
            ("$program có tin mới. Hãy xem trong ứng dụng hoặc hỏi tại cửa hàng.",),
            "$program có tin mới. Hãy xem trong ứng dụng hoặc hỏi tại cửa hàng.",
        ),
    },
    "en": {
        "security": Template(
            "Security notice: $what",
            (
                "$what.",
                "If you asked for this, there is nothing more to do.",
                "If it was not you, please tell the shop at once, so that we can keep your points safe.",
            ),
            "$program: $what. If it was not you, please tell the shop at once.",
        ),
        "announcement": Template(
            "News from $program",
            ("There is news from $program. See the app, or ask in the shop.",),
            "There is news from $program. See the app, or ask in the shop.",
        ),
    },
}
"""By language and by what is said."""
