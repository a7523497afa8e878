"""The pages of unsubscribing, in Vietnamese and in English: they need no script, no picture and no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from msgspec import Struct

from quen.http.pages import Page

FIRST_LANGUAGE = "vi"

_STYLE = """
:root{color-scheme:light dark;--ink:#1d1b19;--soft:#5f5a55;--paper:#faf8f5;--card:#fff;--line:#e6e1da;--deed:#7a3b12}
@media(prefers-color-scheme:dark){:root{--ink:#f3efe9;--soft:#b5aea6;--paper:#171513;--card:#211e1b;--line:#3a3530;--deed:#e8a06c}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--paper);color:var(--ink);
font:17px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:34rem;width:100%;background:var(--card);border:1px solid var(--line);border-radius:16px;padding:32px}
.program{margin:0 0 8px;color:var(--soft);font-size:15px}
h1{margin:0 0 16px;font-size:25px;line-height:1.25;text-wrap:balance}
p{margin:0 0 16px}
.still{color:var(--soft);font-size:15px;margin:0}
form{margin:24px 0;display:grid;gap:12px}
button{font:inherit;font-weight:600;min-height:48px;padding:12px 20px;border-radius:12px;border:1px solid var(--deed);
background:var(--deed);color:var(--card);cursor:pointer}
button.second{background:none;color:var(--deed)}
button:focus-visible{outline:3px solid var(--deed);outline-offset:3px}
"""


class Words(Struct, frozen=True):
    """One language's sentences. `{program}` and `{way}` are filled in; the ways are by what a link refuses."""

    title: str
    lead: str
    lead_all: str
    button: str
    button_all: str
    done: str
    stopped: str
    stopped_all: str
    still: str
    change: str
    gone: str
    gone_why: str
    ways: Mapping[str, str]


WORDS: Mapping[str, Words] = {
    "vi": Words(
        title="Ngừng nhận quảng cáo?",
        lead="{program} sẽ không gửi quảng cáo cho bạn qua {way} nữa: ưu đãi, lời chúc sinh nhật và ngày lễ, lời mời quay lại.",
        lead_all="{program} sẽ không gửi quảng cáo cho bạn nữa, dù qua kênh nào: ưu đãi, lời chúc sinh nhật và ngày lễ, "
        "lời mời quay lại.",
        button="Ngừng quảng cáo qua {way}",
        button_all="Ngừng mọi quảng cáo",
        done="Đã ngừng",
        stopped="{program} không gửi quảng cáo cho bạn qua {way} nữa.",
        stopped_all="{program} không gửi quảng cáo cho bạn nữa, dù qua kênh nào.",
        still="Tin về điểm, ưu đãi đã đổi và tài khoản của chính bạn vẫn đến như bạn đã chọn.",
        change="Bạn có thể đổi ý bất cứ lúc nào trong ứng dụng.",
        gone="Liên kết này không đúng",
        gone_why="Có thể nó đã bị cắt ngắn trên đường đi. Hãy mở lại liên kết trong tin nhắn, hoặc đổi lựa chọn trong "
        "ứng dụng.",
        ways={
            "marketing_email": "email",
            "marketing_sms": "tin nhắn SMS",
            "marketing_zalo": "Zalo",
            "marketing_push": "thông báo trên điện thoại",
        },
    ),
    "en": Words(
        title="Stop advertising?",
        lead="{program} will no longer send you advertising by {way}: offers, birthday and holiday greetings, invitations to "
        "come back.",
        lead_all="{program} will no longer send you advertising by any channel: offers, birthday and holiday greetings, "
        "invitations to come back.",
        button="Stop advertising by {way}",
        button_all="Stop all advertising",
        done="Stopped",
        stopped="{program} no longer sends you advertising by {way}.",
        stopped_all="{program} no longer sends you advertising by any channel.",
        still="Messages about your own points, rewards and account still come, as you chose.",
        change="You can change your mind at any time in the app.",
        gone="This link is not right",
        gone_why="It may have been cut short on its way. Open the link in the message again, or change your choice in the app.",
        ways={
            "marketing_email": "email",
            "marketing_sms": "text message",
            "marketing_zalo": "Zalo",
            "marketing_push": "notifications on your phone",
        },
    ),
}


def offer_page(languages: Sequence[str], program: str, purpose: str) -> Page:
    """What a link would refuse, and the buttons: for its channel, and for all advertising."""
    language, words = _words(languages)
    way = words.ways.get(purpose, "")
    buttons = [_button(words.button.format(way=way), "channel")] if way else []
    buttons.append(_button(words.button_all, "all", is_second=bool(way)))
    body = [
        _paragraph((words.lead if way else words.lead_all).format(program=program, way=way)),
        '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">',
        *buttons,
        "</form>",
        _paragraph(words.still, "still"),
    ]
    return Page(_html(language, program, words.title, body))


def stopped_page(languages: Sequence[str], program: str, purpose: str) -> Page:
    """That it was refused."""
    language, words = _words(languages)
    way = words.ways.get(purpose, "")
    told = (words.stopped if way else words.stopped_all).format(program=program, way=way)
    body = [_paragraph(told), _paragraph(words.change), _paragraph(words.still, "still")]
    return Page(_html(language, program, words.done, body))


def gone_page(languages: Sequence[str]) -> Page:
    """That the link is none of ours."""
    language, words = _words(languages)
    return Page(_html(language, "", words.gone, [_paragraph(words.gone_why)]), status=404)


def _words(languages: Sequence[str]) -> tuple[str, Words]:
    """Those of the first language that has any: of the program's first where none is asked for, English for all others."""
    known = [language for language in languages if language in WORDS]
    language = known[0] if known else "en" if languages else FIRST_LANGUAGE
    return language, WORDS[language]


def _html(language: str, program: str, title: str, body: Sequence[str]) -> str:
    about = _paragraph(program, "program") if program else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{about}<h1>{escape(title)}</h1>{''.join(body)}</main></body></html>"
    )


def _paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def _button(text: str, scope: str, *, is_second: bool = False) -> str:
    kind = ' class="second"' if is_second else ""
    return f'<button name="scope" value="{scope}"{kind}>{escape(text)}</button>'
