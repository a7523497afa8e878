"""The run as a picture: an SVG of horizontal bars, made of text alone; legible on light and on dark ground. Pure.

A bar is what was measured now, the mark the last recorded run, the dashed one the target. Each panel has its own scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, VALUES = 860, 250, 90
BAR, GAP, HEAD, MARGIN = 14, 8, 44, 24
SCALE = WIDTH - LABELS - VALUES - 2 * MARGIN
HEADROOM = 1.1

STYLE = """
  svg { background: #ffffff; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 18px; font-weight: 600; }
  .panel { font-weight: 600; }
  .note, .value { fill: #57606a; }
  .label { text-anchor: end; }
  .track { fill: #eaeef2; }
  .bar { fill: #0969da; }
  .missed { fill: #cf222e; }
  .last { stroke: #1f2328; stroke-width: 2; }
  .target { stroke: #d4a72c; stroke-width: 2.5; stroke-dasharray: 4 3; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; }
    text { fill: #e6edf3; }
    .note, .value { fill: #9198a1; }
    .track { fill: #21262d; }
    .bar { fill: #4493f8; }
    .missed { fill: #f85149; }
    .last { stroke: #e6edf3; }
    .target { stroke: #e3b341; }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a panel; `is_missed` where its target is not met, if it has one."""

    label: str
    value: float
    shown: str
    last: float | None = None
    target: float | None = None
    is_missed: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars on one scale."""

    title: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        """Its room, the title's included."""
        return HEAD + len(self.bars) * (BAR + GAP)

    @property
    def scale(self) -> float:
        """Pixels for each unit."""
        values = [value for bar in self.bars for value in (bar.value, bar.last or 0.0, bar.target or 0.0)]
        return SCALE / (HEADROOM * max(*values, 1e-9))


def svg(title: str, note: str, panels: Sequence[Panel]) -> str:
    """The whole picture."""
    height = 64 + sum(panel.height for panel in panels) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        _text(MARGIN, 32, title, "title"),
        _text(MARGIN, 52, note, "note"),
    ]
    top = 64
    for panel in panels:
        parts += _panel(panel, top)
        top += panel.height
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, top: int) -> list[str]:
    first = top + HEAD - GAP
    drawn = [_text(MARGIN, top + 26, panel.title, "panel")]
    for number, bar in enumerate(panel.bars):
        drawn += _bar(bar, first + number * (BAR + GAP), panel.scale)
    return drawn


def _bar(bar: Bar, top: int, scale: float) -> list[str]:
    left, middle = MARGIN + LABELS, top + BAR - 3
    drawn = [
        _text(left - 10, middle, bar.label, "label"),
        _box(left, top, SCALE, "track"),
        _box(left, top, bar.value * scale, "missed" if bar.is_missed else "bar"),
        _text(left + SCALE + 10, middle, bar.shown, "value"),
    ]
    marks = {"last": bar.last, "target": bar.target}
    drawn += [_line(left + at * scale, top, kind) for kind, at in marks.items() if at is not None]
    return drawn


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(text)}</text>'


def _box(x: float, y: float, width: float, kind: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{max(width, 0):.1f}" height="{BAR}" rx="2" class="{kind}"/>'


def _line(x: float, top: float, kind: str) -> str:
    """A mark across a bar, and a little more."""
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top - GAP / 2:g}" y2="{top + BAR + GAP / 2:g}" class="{kind}"/>'
