"""Runs the emulator, in the environment that holds it (`.venv-stack`), for as long as its parent lives.

State is written when it ends in order, so it ends in order too when the parent dies: then standard input closes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """Wait for the end of standard input, then stop as if asked to."""
    while os.read(
        sys.stdin.fileno(), 1024
    ):  # not sys.stdin: its lock, held here, would break the interpreter's own end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """MiniStack in the foreground; its settings are in the environment."""
    from ministack.app import main as serve_emulator

    threading.Thread(target=end_with_parent, daemon=True).start()
    sys.argv = ["ministack"]
    serve_emulator()


if __name__ == "__main__":
    main()
