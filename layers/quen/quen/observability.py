"""Logs: Powertools' Logger, one per process, made when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    """The process's structured logger. Never give it a body, a token, a phone number or an address."""
    return Logger(log_uncaught_exceptions=False, utc=True)


def name_revision(revision: str) -> None:
    """Every line of the process from now on says what is deployed."""
    logger().append_keys(revision=revision)


def cause_of(error: BaseException) -> str | None:
    """What made a refusal, as a log may name it: the cause's type and AWS's code for it, never its text."""
    cause = error.__cause__
    if cause is None:
        return None
    answer: Mapping[str, Any] = getattr(cause, "response", None) or {}
    return " ".join(filter(None, (type(cause).__name__, answer.get("Error", {}).get("Code"))))
