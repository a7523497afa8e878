"""What a job may be besides a handler of members: a class that has the member is of the kind."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from quen.jobs.model import Run


@runtime_checkable
class Concluding(Protocol):
    """A job that keeps more of a run than its counts."""

    def conclude(self, run: Run) -> None:
        """All is counted and no member fails: keep what it came to. Asked again, it changes nothing."""


@runtime_checkable
class LeftToQueue(Protocol):
    """A job whose own function alone has the rights that its work needs: who starts a run by hand only queues it."""

    is_left_to_queue: bool
