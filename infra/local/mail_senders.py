"""SES sends only from an address that its owner has confirmed; on this machine every sender is its own owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.connection import aws_client


def confirm_sender(endpoint: str, address: str) -> None:
    """Let mail go out from that address. Safe to repeat."""
    ses = aws_client("sesv2", endpoint)
    try:
        ses.create_email_identity(EmailIdentity=address)
    except ses.exceptions.AlreadyExistsException:
        return


def confirm_program_sender(endpoint: str, document: Mapping[str, Any]) -> None:
    """Let mail go out from the address that a program document names, where it names one."""
    address = (document.get("messages") or {}).get("from_email")
    if address:
        confirm_sender(endpoint, str(address))
