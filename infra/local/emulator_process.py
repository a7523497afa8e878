"""Runs the emulator, in the environment that holds it (`.venv-stack`), for as long as its parent lives, and has it do what it
leaves out: tell what became of mails, send the events that HTTP APIs are told to send, and update nested stacks.

State is written when it ends in order, so it ends in order too when the parent dies: then standard input closes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path


def end_with_parent() -> None:
    """Wait for the end of standard input, then stop as if asked to."""
    while os.read(
        sys.stdin.fileno(), 1024
    ):  # not sys.stdin: its lock, held here, would break the interpreter's own end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """MiniStack in the foreground; its settings are in the environment."""
    sys.path.append(str(Path(__file__).parents[1]))  # this environment holds the emulator, and nothing of ours
    from ministack.app import main as serve_emulator

    from local import emulator_http_api, emulator_mail, emulator_stacks

    emulator_mail.install()
    emulator_http_api.install()
    emulator_stacks.install()
    threading.Thread(target=end_with_parent, daemon=True).start()
    sys.argv = ["ministack"]
    serve_emulator()


if __name__ == "__main__":
    main()
