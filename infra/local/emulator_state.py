"""What the emulator writes down when it ends, checked and corrected before it reads it again.

It keeps how far each reader of a table's stream was, but not the stream: that begins anew at nothing. A reader that was at 451
would then not see the next 451 changes, and nobody would be told of them.
"""

from __future__ import annotations

import json
from pathlib import Path

from local.connection import damaged, read_kept

FILE_NAME = "lambda.json"
POSITIONS = "dynamodb_stream_positions"
TABLES = "dynamodb.json"


def check_state(state: Path) -> None:
    """Raises LocalError where a file of it cannot be read, or the tables' is not there.

    The emulator would begin without what it cannot read, say nothing, and write that down in place of the data when it ends.
    """
    files = sorted(state.glob("*.json"))
    for file in files:
        read_kept(file)
    if files and not (state / TABLES).exists():
        raise damaged(state / TABLES)


def forget_stream_positions(state: Path) -> None:
    """Let every reader begin where the streams do. `state` is the emulator's directory; what it holds else stays as it is."""
    file = state / FILE_NAME
    if not file.exists():
        return
    written = json.loads(file.read_text("utf-8"))
    if written.get("payload", {}).pop(POSITIONS, None) is not None:
        file.write_text(json.dumps(written), encoding="utf-8")
