"""Logs and metrics: Powertools' Logger and Metrics, one of each per process, made when first asked for."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

NAMESPACE = "Quen"


@cache
def logger() -> Logger:
    """The process's structured logger. Never give it a body, a token, a phone number or an address."""
    return Logger(log_uncaught_exceptions=False, utc=True)


@cache
def metrics() -> EphemeralMetrics:
    """The process's metrics, written as CloudWatch embedded metric format lines."""
    return EphemeralMetrics(namespace=NAMESPACE)
