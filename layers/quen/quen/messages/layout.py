"""A mail as its reader sees it: one column of 600 pixels, by day and by night, and the same in plain text. Pure.

Styles stand at their elements, because many readers of mail drop the sheet; the sheet only turns the colours for the night.
No picture, font or script is fetched from anywhere: nobody learns that a mail was opened. Everything that is said is
escaped here, and only here.
"""

from __future__ import annotations

import html
import re
import textwrap

from msgspec import Struct

HTML_LINE_SIGNS = 160
"""RFC 5322 allows 998 octets in a line; escaped, a sign has at most 6."""
TEXT_LINE_SIGNS = 240
"""In plain text a sign has at most 4 octets."""
LARGE_SIGNS_MAX = 22
"""A longer fact is shown smaller, so that it stays on few lines."""

_COUNTED = re.compile(r"(?<=\d) (?=₫|điểm|points|[A-Z]{3}\b)")
_FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_NIGHT = """:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
.ground { background: #16181c !important; }
.card { background: #23262c !important; border-color: #363b44 !important; }
.ink { color: #f1f2f4 !important; }
.faint { color: #a9b0bb !important; }
.facts { background: #2c3038 !important; }
.link { color: #9cc3ff !important; }
}"""
_GROUND, _CARD, _EDGE, _FACTS = "#f3f1ee", "#ffffff", "#e4e0da", "#f7f4ef"
_INK, _FAINT, _LINK = "#1d2129", "#646b76", "#1a56b0"


class Mail(Struct, frozen=True):
    """A mail's parts, filled and in plain text. `facts` are what each is and its value, the most important first; `reason`
    says why one gets it, `stop` how one stops it, where there is an address for that.
    """

    language: str
    program: str
    title: str
    greeting: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    closing: str
    reason: str
    stop: str
    stop_url: str = ""


def text_of(mail: Mail) -> str:
    """All of it in plain text."""
    facts = "\n".join(f"{what}: {value}" for what, value in mail.facts)
    paragraphs = [mail.greeting, *mail.paragraphs, *([facts] if facts else []), mail.closing]
    ending = [mail.reason, *([f"{mail.stop}: {mail.stop_url}"] if mail.stop_url else [])]
    body = "\n\n".join(_folded(paragraph) for paragraph in paragraphs)
    return f"{body}\n\n-- \n" + "\n".join(_folded(line) for line in ending) + "\n"


def page_of(mail: Mail) -> str:
    """All of it as one HTML page."""
    said = "\n".join(_paragraph(text) for text in (mail.greeting, *mail.paragraphs))
    preheader = mail.paragraphs[0] if mail.paragraphs else ""
    return f"""<!DOCTYPE html>
<html lang="{mail.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{_escaped(mail.title)}</title>
<style>
{_NIGHT}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:{_GROUND}">
<div style="display:none;max-height:0;overflow:hidden;opacity:0">{_escaped(preheader)}</div>
<table class="ground" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:{_GROUND}">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;{_FONT}">
<tr><td class="ink" style="padding:0 8px 16px;color:{_INK};font-size:18px;font-weight:700">
{_escaped(mail.program)}</td></tr>
<tr><td class="card" style="background:{_CARD};border:1px solid {_EDGE};border-radius:12px;padding:28px 28px 12px">
<h1 class="ink" style="margin:0 0 20px;color:{_INK};font-size:24px;line-height:1.3">
{_escaped(mail.title)}</h1>
{said}
{_facts(mail.facts)}{_paragraph(mail.closing)}
</td></tr>
<tr><td class="faint" style="padding:16px 8px 0;color:{_FAINT};font-size:13px;line-height:1.5">
{_escaped(mail.reason)}{_stop(mail)}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
"""


def _paragraph(text: str) -> str:
    return (
        f'<p class="ink" style="margin:0 0 16px;color:{_INK};font-size:16px;line-height:1.55">\n'
        f"{_escaped(text, '<br>')}</p>"
    )


def _facts(facts: tuple[tuple[str, str], ...]) -> str:
    """What a reader looks for: the first large, the others in lines below it."""
    if not facts:
        return ""
    rows = "\n".join(_fact(what, value, is_first=not number) for number, (what, value) in enumerate(facts))
    return (
        '<table class="facts" width="100%" cellpadding="0" cellspacing="0"'
        f' style="margin:8px 0 24px;background:{_FACTS};border-radius:10px">\n{rows}\n</table>\n'
    )


def _fact(what: str, value: str, *, is_first: bool) -> str:
    label = f'class="faint" style="color:{_FAINT};font-size:13px;font-weight:400;text-align:left'
    if is_first:
        size = 30 if len(value) <= LARGE_SIGNS_MAX else 19
        return (
            f'<tr><th scope="row" colspan="2" {label};padding:16px 18px 0">\n{_escaped(what)}</th></tr>\n'
            f'<tr><td class="ink" colspan="2" style="padding:2px 18px 14px;color:{_INK};'
            f'font-size:{size}px;font-weight:700;line-height:1.3">\n{_escaped(value)}</td></tr>'
        )
    return (
        f'<tr><th scope="row" width="40%" {label};padding:0 8px 12px 18px">\n{_escaped(what)}</th>\n'
        f'<td class="ink" style="padding:0 18px 12px 8px;color:{_INK};font-size:15px;text-align:right">\n'
        f"{_escaped(value)}</td></tr>"
    )


def _stop(mail: Mail) -> str:
    if not mail.stop_url:
        return ""
    url = html.escape(mail.stop_url)
    return f'<br>\n<a class="link" style="color:{_LINK}" href="{url}">{_escaped(mail.stop)}</a>'


def _escaped(text: str, line_break: str = " ") -> str:
    """The text as HTML, in lines that are not too long for a mail; a number stays beside what it counts."""
    lines = (_wrapped(line, HTML_LINE_SIGNS) for line in text.split("\n"))
    return f"{line_break}\n".join(
        "\n".join(_COUNTED.sub("&nbsp;", html.escape(part)) for part in line) for line in lines
    )


def _folded(text: str) -> str:
    return "\n".join("\n".join(_wrapped(line, TEXT_LINE_SIGNS)) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_on_hyphens=False) or [""]
