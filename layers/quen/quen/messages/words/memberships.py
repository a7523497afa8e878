"""The words about paid memberships."""

from __future__ import annotations

from collections.abc import Mapping

from quen.messages.model import Template

MEMBERSHIPS: Mapping[str, Mapping[str, Template]] = {
    "vi": {
        "membership_due": Template(
            "Gia hạn $plan ngày $last_day",
            (
                "Gói $plan của bạn sẽ được gia hạn vào ngày $last_day với giá $amount.",
                "Nếu không muốn gia hạn, bạn chỉ cần hủy gói trước ngày đó.",
            ),
            "$program: Gói $plan sẽ được gia hạn ngày $last_day, giá $amount. Bạn có thể hủy trước ngày đó.",
            (("Ngày gia hạn", "$last_day"), ("Gói", "$plan"), ("Giá", "$amount")),
        ),
        "payment_failed": Template(
            "Chưa thanh toán được $plan",
            (
                "Khoản thanh toán $amount cho gói $plan chưa thực hiện được.",
                "Chúng tôi sẽ thử lại vào ngày $last_day. Hãy kiểm tra phương thức thanh toán của bạn.",
            ),
            "$program: Chưa thanh toán được $amount cho gói $plan. Chúng tôi sẽ thử lại ngày $last_day.",
            (("Chưa thanh toán", "$amount"), ("Gói", "$plan"), ("Thử lại ngày", "$last_day")),
        ),
        "payment_failed_for_good": Template(
            "Chưa thanh toán được $plan",
            (
                "Khoản thanh toán $amount cho gói $plan chưa thực hiện được.",
                "Hãy kiểm tra phương thức thanh toán của bạn rồi thanh toán lại.",
            ),
            "$program: Chưa thanh toán được $amount cho gói $plan. Hãy thanh toán lại.",
            (("Chưa thanh toán", "$amount"), ("Gói", "$plan")),
        ),
        "membership_past_due": Template(
            "Gói $plan đang chờ thanh toán",
            (
                "Kỳ của gói $plan đã hết mà chưa được thanh toán, nên quyền lợi của gói tạm dừng. Điểm của bạn vẫn giữ nguyên.",
                "Hãy thanh toán $amount đến hết ngày $last_day để tiếp tục; sau ngày đó gói sẽ kết thúc.",
            ),
            "$program: Gói $plan tạm dừng vì chưa thanh toán. Hãy trả $amount đến hết ngày $last_day để tiếp tục.",
            (("Cần thanh toán", "$amount"), ("Đến hết ngày", "$last_day"), ("Gói", "$plan")),
        ),
        "membership_ended": Template(
            "Gói $plan của bạn đã kết thúc",
            (
                "Gói $plan của bạn đã kết thúc. Trong kỳ vừa qua, bạn đã tiết kiệm được $amount.",
                "Điểm của bạn vẫn giữ nguyên, và bạn có thể tham gia lại bất cứ lúc nào.",
            ),
            "$program: Gói $plan đã kết thúc. Kỳ vừa qua bạn tiết kiệm được $amount. Điểm vẫn giữ nguyên.",
            (("Bạn đã tiết kiệm", "$amount"), ("Gói", "$plan")),
        ),
        "membership_over": Template(
            "Gói $plan của bạn đã kết thúc",
            (
                "Gói $plan của bạn đã kết thúc.",
                "Điểm của bạn vẫn giữ nguyên, và bạn có thể tham gia lại bất cứ lúc nào.",
            ),
            "$program: Gói $plan đã kết thúc. Điểm của bạn vẫn giữ nguyên.",
            (("Gói đã kết thúc", "$plan"),),
        ),
    },
    "en": {
        "membership_due": Template(
            "$plan is renewed on $last_day",
            (
                "Your membership, $plan, is renewed on $last_day for $amount.",
                "If you do not want that, cancel it before that day.",
            ),
            "$program: $plan is renewed on $last_day for $amount. You can cancel it before that day.",
            (("Renewed on", "$last_day"), ("Membership", "$plan"), ("Price", "$amount")),
        ),
        "payment_failed": Template(
            "The payment for $plan did not go through",
            (
                "The payment of $amount for $plan did not go through.",
                "It is tried again on $last_day. Please check your means of payment.",
            ),
            "$program: The payment of $amount for $plan did not go through. It is tried again on $last_day.",
            (("Not paid", "$amount"), ("Membership", "$plan"), ("Tried again on", "$last_day")),
        ),
        "payment_failed_for_good": Template(
            "The payment for $plan did not go through",
            (
                "The payment of $amount for $plan did not go through.",
                "Please check your means of payment, and pay again.",
            ),
            "$program: The payment of $amount for $plan did not go through. Please pay again.",
            (("Not paid", "$amount"), ("Membership", "$plan")),
        ),
        "membership_past_due": Template(
            "$plan is waiting for its payment",
            (
                "Your membership, $plan, was not paid for, so its perks are paused. Your points stay as they are.",
                "Pay $amount by the end of $last_day to go on; after that day it ends.",
            ),
            "$program: $plan was not paid for, and its perks are paused. Pay $amount by the end of $last_day to go on.",
            (("To pay", "$amount"), ("By the end of", "$last_day"), ("Membership", "$plan")),
        ),
        "membership_ended": Template(
            "$plan has ended",
            (
                "Your membership, $plan, has ended. In its last period you saved $amount.",
                "Your points stay as they are, and you can come back at any time.",
            ),
            "$program: $plan has ended. In its last period you saved $amount. Your points stay as they are.",
            (("You saved", "$amount"), ("Membership", "$plan")),
        ),
        "membership_over": Template(
            "$plan has ended",
            (
                "Your membership, $plan, has ended.",
                "Your points stay as they are, and you can come back at any time.",
            ),
            "$program: $plan has ended. Your points stay as they are.",
            (("Ended", "$plan"),),
        ),
    },
}
"""By language and by what is said."""
