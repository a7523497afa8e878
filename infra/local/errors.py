"""What goes wrong on a developer's machine, said in one sentence with what to do about it."""

from __future__ import annotations


class LocalError(Exception):
    """Stops the command with exit status 1; its text is shown as it is."""
