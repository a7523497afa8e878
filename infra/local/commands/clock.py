"""`quen clock`: what time the program believes it is, and time travel to see expiry and birthdays."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from local.callers import ask_for, open_staff
from local.errors import LocalError
from local.running_stack import RunningStack, on_stack
from local.sandbox_clock import SECOND, SandboxClockItem
from local.terminal import DONE, Subcommands, add_command, print_fields, print_json
from quen.clock import WallClock

EXAMPLE = """
quen clock show
quen clock advance 30d
quen clock set 2027-01-01
quen clock set 2027-01-01T00:00:00Z
quen clock set 2027-01-01T09:30
quen clock set now
"""
DETAILS = (
    "The clock runs on from where it is put. Points, expiry and birthdays go by it; signatures and tokens never do."
)
UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": SECOND}
_STEPS = re.compile(r"(?:[0-9]{1,6}[dhms])+")
_STEP = re.compile(r"([0-9]+)([dhms])")

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

When = datetime | str | None
"""An instant; a local day or time as it was typed, which the program's zone makes an instant; None is the real time."""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "clock", "Show or move the sandbox clock.", EXAMPLE, details=DETAILS)
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|set|advance")
    actions.add_parser("show", help="the program's time and the real one").set_defaults(run=on_stack(show))
    setting = actions.add_parser("set", help="put the clock to an instant, the start of a local day, or back to now")
    setting.add_argument("when", metavar="INSTANT|DAY|now", type=parse_when)
    setting.set_defaults(run=on_stack(set_to))
    advancing = actions.add_parser("advance", help="move the clock by days, hours, minutes, seconds: 30d, 1d12h")
    advancing.add_argument("step", metavar="STEP", type=parse_step)
    advancing.set_defaults(run=on_stack(advance))
    for action in actions.choices.values():  # `quen clock show --json` reads as well as `quen clock --json show`
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        action.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def show(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Print both times."""
    return _print_clock(stack, open_clock(stack), as_json=arguments.json)


def set_to(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Put the clock there."""
    clock = open_clock(stack)
    if arguments.when is None:
        clock.set_offset(timedelta(0))
    elif isinstance(arguments.when, str):
        clock.set_now(_within(datetime.fromisoformat(arguments.when).replace(tzinfo=load_zone(stack)).astimezone(UTC)))
    else:
        clock.set_now(_within(arguments.when))
    return _print_clock(stack, clock, as_json=arguments.json)


def advance(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Move the clock on, or back."""
    clock = open_clock(stack)
    clock.set_now(_within(clock.now() + arguments.step))
    return _print_clock(stack, clock, as_json=arguments.json)


def _within(instant: datetime) -> datetime:
    """The instant, where requests could name it. Raises LocalError."""
    if not EARLIEST <= instant < LATEST:
        raise LocalError(f"the clock goes from {EARLIEST.year} to {LATEST.year - 1}.")
    return instant


def open_clock(stack: RunningStack) -> SandboxClockItem:
    """The stack's sandbox clock."""
    return SandboxClockItem(stack.open_dynamodb(), stack.tables["program"], WallClock().now)


def load_zone(stack: RunningStack) -> ZoneInfo:
    """The program's time zone. Raises LocalError where there is no program."""
    document = ask_for(open_staff(stack), "GET", "/v1/program")
    return ZoneInfo(document["program"]["time_zone"])


def parse_when(text: str) -> When:
    """`now` is None; an instant with its zone is itself; a local day or time stays text. Raises ArgumentTypeError."""
    if text == "now":
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is not None and instant.tzinfo is not None:
        return instant.astimezone(UTC)
    if instant is not None:
        return text
    raise argparse.ArgumentTypeError("give an instant like 2027-01-01T00:00:00Z, a day like 2027-01-01, or now")


def parse_step(text: str) -> timedelta:
    """`30d`, `12h`, `1d12h`, `P30D`, or days alone; with a minus, back in time. Raises ArgumentTypeError."""
    steps = text.lower().removeprefix("-").removeprefix("p").replace("t", "")
    steps += "d" if steps.isdecimal() else ""
    if _STEPS.fullmatch(steps) is None:
        raise argparse.ArgumentTypeError("give a step like 30d, 12h or 1d12h")
    step = sum((int(count) * UNITS[unit] for count, unit in _STEP.findall(steps)), timedelta(0))
    return -step if text.startswith("-") else step


def _print_clock(stack: RunningStack, clock: SandboxClockItem, *, as_json: bool) -> int:
    zone, offset, now = load_zone(stack), clock.read_offset(), clock.now()
    shown = {
        "now": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "local": now.astimezone(zone).replace(tzinfo=None).isoformat(" "),
        "time_zone": zone.key,
        "offset_seconds": offset // SECOND,
        "real": (now - offset).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if as_json:
        print_json(shown)
    else:
        print_fields({**shown, "offset_seconds": f"{offset // SECOND} ({span(offset)})"})
    return DONE


def span(offset: timedelta) -> str:
    """How far the clock is from the real time, as people say it: `-10:56:01`, `359 days, 12:00:00`, `-1 day, 2:00:00`."""
    return f"-{-offset}" if offset < timedelta(0) else str(offset)
