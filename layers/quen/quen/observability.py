"""Logs: Powertools' Logger, one per process, made when first asked for.

An exception is logged by its type, our code or AWS's, and where it was raised; never by its words. Those are made by whoever
raised it, may repeat what was sent to us, and outlive every promise about it in the log.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from logging import LogRecord
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS, LambdaPowertoolsFormatter

from quen.errors import QuenError

CAUSES_MAX = 8
"""So many exceptions of a chain are told."""

_OF_EVERY_RECORD = frozenset(RESERVED_LOG_ATTRS)

Answer = TypeVar("Answer")
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class HandlerFailedError(Exception):
    """What a function raises in place of what it cannot answer for: Lambda writes the words of that into the log."""


class WordlessFormatter(LambdaPowertoolsFormatter):
    """Powertools' lines, with exceptions as `told_without_words` tells them, and without their notes."""

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - the name is logging's
        """The exception and what it was raised from."""
        return told_without_words(ei[1]) if ei[1] else ""

    def _extract_log_exception(self, log_record: LogRecord) -> tuple[str, str, list[Any]] | tuple[None, None, None]:
        told, name, _ = super()._extract_log_exception(log_record)
        return (told, name, []) if told and name else (None, None, None)

    def _extract_log_keys(self, log_record: LogRecord) -> dict[str, Any]:
        """What Powertools finds by looking for formats in every key and for each attribute in a row of names: of a request's
        line that was a third.
        """
        told = {name: value for name, value in vars(log_record).items() if name not in _OF_EVERY_RECORD}
        place = f"{log_record.funcName}:{log_record.lineno}"
        of_record = {"level": log_record.levelname, "location": place, "timestamp": self.formatTime(log_record)}
        return {**self.log_format, **of_record, **told}

    def _extract_log_message(self, log_record: LogRecord) -> str:
        """As it was given: Powertools tries to read each as JSON."""
        return log_record.getMessage()

    def serialize(self, log: Any) -> str:
        """The line; what is no JSON is told as a text."""
        return msgspec.json.encode(log, enc_hook=str).decode()


@cache
def logger() -> Logger:
    """The process's structured logger. Never give it a body, a token, a phone number or an address."""
    hush_others()
    # Of a line whose time is not spelled as RFC 3339 wants it Lambda makes one of the level INFO, whatever it was.
    formatter = WordlessFormatter(utc=True, use_rfc3339=True, serialize_stacktrace=False)
    return Logger(log_uncaught_exceptions=False, logger_formatter=formatter)


def hush_others() -> None:
    """Of other libraries nothing below INFO is heard, though Lambda gives its own level to everybody: at DEBUG botocore writes
    each request to DynamoDB as it is sent, with the names and numbers in it, and each secret that is read.
    """
    logging.root.setLevel(max(logging.root.level, logging.INFO))


def name_revision(revision: str) -> None:
    """Every line of the process from now on says what is deployed."""
    logger().append_keys(revision=revision)


def cause_of(error: BaseException) -> str | None:
    """What made a refusal, as a log may name it: the cause's type and AWS's code for it, never its text."""
    cause = error.__cause__
    return None if cause is None else named(cause)


def named(error: BaseException) -> str:
    """An exception as a log may name it: its type, our code or AWS's, and what was asked of AWS: the operation, or where there
    was no answer the host that gave none.
    """
    answer: Mapping[str, Any] = getattr(error, "response", None) or {}
    code = error.code if isinstance(error, QuenError) else answer.get("Error", {}).get("Code")
    return " ".join(filter(None, (type(error).__name__, code, getattr(error, "operation_name", None) or _host(error))))


def told_without_words(error: BaseException) -> str:
    """The exception and what it was raised from, the first cause first, each with the lines of ours and of others that it
    went through.
    """
    chain = [*_chain(error)][:CAUSES_MAX]
    return "\n".join(f"{''.join(traceback.format_tb(one.__traceback__))}{named(one)}" for one in reversed(chain))


def wordless(handle: Callable[..., Answer]) -> Callable[..., Answer]:
    """A function's handler that lets nobody's words out: what it raises beside our own refusals is logged, and raised as
    HandlerFailedError.
    """

    @wraps(handle)
    def handled(event: Any, context: Any) -> Answer:
        try:
            return handle(event, context)
        except QuenError:
            raise
        except Exception as error:  # noqa: BLE001 - a handler's boundary: what is raised instead says nothing
            logger().error("The function failed", exc_info=error)
            raise HandlerFailedError(named(error)) from None

    return handled


def _host(error: BaseException) -> str | None:
    """Whom botocore could not reach, as it says beside its words."""
    said = getattr(error, "kwargs", None)
    return urlsplit(str(said["endpoint_url"])).hostname if isinstance(said, dict) and "endpoint_url" in said else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, what it was raised from, and so on."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
