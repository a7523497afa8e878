"""What the archive refuses: see `quen.errors` for the tree that this grows from."""

from __future__ import annotations

from quen.errors import QuenError


class EntriesArchivedError(QuenError):
    """What is asked for is in the archive, which no request reads."""

    code = "entries_archived"
    title = "The entries of that time are archived"
