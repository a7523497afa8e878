"""`quen serve`: what `make run` runs. Brings the stack up, says how to talk to it, and waits until it is told to stop."""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from local.connection import DATA_DIRECTORY
from local.errors import LocalError
from local.stack import DEFAULT_PORT, LocalStack
from local.terminal import DONE, Subcommands, add_command

PORT_MAX = 65_534  # the identity provider takes the next one
WATCH_SECONDS = 0.5
SEARCH = '{"phone": "+84901000001"}'


EXAMPLE = """
quen serve
quen serve --port 4600 --data my-shop --fresh
"""


DETAILS = """
The first start builds the stack and deploys it into its data directory, which takes minutes; later ones find it there. What
happens is written down when it is stopped: a machine that dies meanwhile loses what came after the start.
"""


def register(subcommands: Subcommands) -> None:
    """Add the subcommand."""
    summary = "Run the whole stack on this machine until Ctrl-C."
    parser = add_command(subcommands, "serve", summary, EXAMPLE, details=DETAILS)
    parser.add_argument(
        "--port", type=port_number, help=f"where AWS answers (default {DEFAULT_PORT}, or where the data was made)"
    )
    parser.add_argument("--fresh", action="store_true", help="forget the data of earlier starts")
    parser.add_argument(
        "--gateway", choices=("rest", "http"), default="rest", help="what stands before the mobile and the partner API"
    )
    parser.set_defaults(run=run)


def port_number(text: str) -> int:
    """A TCP port that leaves room for the next one."""
    if not text.isdecimal() or not 1 <= int(text) <= PORT_MAX:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {PORT_MAX}")
    return int(text)


class StoppedEarlyError(Exception):
    """Told to stop while still starting."""


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT, SIGTERM or the terminal's end; 0 where it was told to stop."""
    started = time.monotonic()
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            return  # already stopping; state is being written
        stop.set()
        if not ready:
            raise StoppedEarlyError

    ready = False
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        given = {"fresh": arguments.fresh, "gateway": arguments.gateway}
        with LocalStack(arguments.data, arguments.port, **given) as stack:
            ready = True
            announce(stack.connection, arguments.data, seconds=time.monotonic() - started, as_json=arguments.json)
            while not stop.wait(WATCH_SECONDS):
                if not stack.emulator.is_running:
                    raise LocalError(
                        f"the emulator ended by itself; its last words are in {arguments.data}/emulator.log."
                    )
            print("Stopping; your data stays.", file=sys.stderr)
    except StoppedEarlyError:
        print("Stopped before it was ready.", file=sys.stderr)
    return DONE


def announce(connection: dict[str, Any], data: Path, *, seconds: float, as_json: bool) -> None:
    """Say that it is ready and how to begin."""
    if as_json:
        print(json.dumps({"ready": True, **connection}, ensure_ascii=False), flush=True)
        return
    partner = connection["partner"]
    elsewhere = "" if data == DATA_DIRECTORY else f" --data {shlex.quote(str(data))}"
    lines = [
        f"Quen is ready ({seconds:.0f} s)",
        "",
        f"  mobile API    {connection['mobile_url']}",
        f"  partner API   {connection['partner_url']}",
        f"  admin API     {connection['admin_url']}",
        f"  AWS           {connection['aws_endpoint']}",
        f"  sent e-mail   {connection['aws_endpoint']}/_ministack/ses/messages",
        f"  sent SMS      {connection['aws_endpoint']}/_ministack/sns/sms-messages",
        "",
        f"  staff token   {connection['staff_token']}",
        *(f"  member token  {member['token']}   ({member['member_id']})" for member in connection["members"][:1]),
        f"  partner key   {partner.get('key_id')}  secret {partner.get('secret')}",
        "",
        "Try, in another terminal:",
        "",
        f"  .venv/bin/quen request GET /v1/me/account --as member{elsewhere}",
        f"  .venv/bin/quen request POST /v1/members/search --as partner --json '{SEARCH}'{elsewhere}",
        f"  .venv/bin/quen request GET /v1/program --as staff{elsewhere}",
        "",
        "Ctrl-C stops it; the data stays in its directory.",
    ]
    print("\n".join(lines), flush=True)
