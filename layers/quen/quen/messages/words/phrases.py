"""What stands around every mail, and what to say where something is not known."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Words(Struct, frozen=True):
    """The phrases of one language. `why…` end a mail with the reason why one gets it; `happened` says by what it was what
    somebody did about a member ("" where it is something else); `days_left` has forms for one day and for more.
    """

    greeting: str
    closing: str
    nobody: str
    some_reward: str
    some_tier: str
    some_card: str
    some_plan: str
    some_voucher: str
    voucher_of: str
    at: str
    on_one_day: str
    on_several_days: str
    last_day_today: str
    days_left: tuple[str, str]
    why: str
    why_marketing: str
    why_security: str
    stop: str
    happened: Mapping[str, str]


WORDS: Mapping[str, Words] = {
    "vi": Words(
        greeting="Xin chào $name,",
        closing="Thân mến,\n$program",
        nobody="bạn",
        some_reward="phần quà của bạn",
        some_tier="thành viên",
        some_card="tích tem",
        some_plan="hội viên",
        some_voucher="một phiếu ưu đãi",
        voucher_of="phiếu trị giá $amount",
        at="$time ngày $day",
        on_one_day="vào cuối ngày $first",
        on_several_days="từ ngày $first đến hết ngày $last",
        last_day_today="hôm nay là ngày cuối",
        days_left=("còn $days ngày", "còn $days ngày"),
        why="Bạn nhận được thư này vì bạn là thành viên của $program và đã đồng ý nhận thông báo về tài khoản của mình.",
        why_marketing="Bạn nhận được thư này vì bạn là thành viên của $program và đã đồng ý nhận lời chúc và ưu đãi.",
        why_security="Thư này được gửi đến mọi thành viên của $program khi có thay đổi quan trọng, để bảo vệ tài khoản.",
        stop="Ngừng nhận những thư này",
        happened={
            "": "Tài khoản của bạn vừa có thay đổi",
            "phone_changed": "Số điện thoại của bạn đã được thay đổi",
            "email_changed": "Địa chỉ email của bạn đã được thay đổi",
            "login_changed": "Cách đăng nhập của bạn đã được thay đổi",
            "card_blocked": "Thẻ thành viên của bạn đã bị khóa",
            "card_replaced": "Thẻ thành viên của bạn đã được thay bằng thẻ mới",
            "member_blocked": "Tài khoản thành viên của bạn đã bị khóa",
            "member_closed": "Tài khoản thành viên của bạn đã được đóng",
            "member_merged": "Tài khoản thành viên của bạn đã được gộp với một tài khoản khác",
        },
    ),
    "en": Words(
        greeting="Hello $name,",
        closing="Kind regards,\n$program",
        nobody="there",
        some_reward="your reward",
        some_tier="member",
        some_card="stamp",
        some_plan="your plan",
        some_voucher="a voucher",
        voucher_of="a voucher worth $amount",
        at="$time on $day",
        on_one_day="at the end of $first",
        on_several_days="between $first and $last",
        last_day_today="today is the last day",
        days_left=("$days day left", "$days days left"),
        why="You get this mail because you are a member of $program and agreed to be told about your account.",
        why_marketing="You get this mail because you are a member of $program and agreed to greetings and offers.",
        why_security="$program sends this to every member whose account sees an important change, to keep it safe.",
        stop="Stop these mails",
        happened={
            "": "Something was changed in your account",
            "phone_changed": "Your phone number was changed",
            "email_changed": "Your e-mail address was changed",
            "login_changed": "The way you sign in was changed",
            "card_blocked": "Your member card was blocked",
            "card_replaced": "Your member card was replaced by a new one",
            "member_blocked": "Your membership account was blocked",
            "member_closed": "Your membership account was closed",
            "member_merged": "Your membership account was joined with another one",
        },
    ),
}
