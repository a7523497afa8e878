"""`quen token`: a token of the local identity provider, for a member or for staff."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from local.errors import LocalError
from local.identity_provider import TOKEN_SECONDS, IdentityProvider
from local.terminal import DONE, Subcommands, add_command, print_json
from quen.errors import ValidationFailedError

EXAMPLE = """
quen token member --phone 0901234567
quen token member --email hoa@example.com --subject hoa
quen token staff --role support
"""
DETAILS = "A member's token proves the phone number and the e-mail address that it names."
ROLES = ("owner", "manager", "support", "cashier", "analyst")
NO_PROVIDER = "there is no identity provider yet; start the stack once with `make run`."
SUBJECTS = {"member": "local-member", "staff": "local-staff"}


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "token", "Make a token for a member or for staff.", EXAMPLE, details=DETAILS)
    parser.add_argument("kind", choices=("member", "staff"))
    parser.add_argument("--subject", metavar="TEXT", help="the login (default: made from phone, e-mail or role)")
    parser.add_argument("--phone", metavar="NUMBER", type=_phone, help="a member's proven phone number")
    parser.add_argument("--email", metavar="ADDRESS", help="a member's proven e-mail address")
    parser.add_argument("--role", choices=ROLES, default="owner", help="what staff may do (default: owner)")
    parser.add_argument("--seconds", type=int, default=TOKEN_SECONDS, help="how long it lives (default: 30 days)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the token alone, or with its claims."""
    claims = staff_claims(arguments.role) if arguments.kind == "staff" else member_claims(arguments)
    named = arguments.phone or arguments.email if arguments.kind == "member" else arguments.role
    subject = arguments.subject or "-".join(filter(None, (SUBJECTS[arguments.kind], named)))
    if not arguments.data.is_dir():
        raise LocalError(NO_PROVIDER)
    try:
        provider = IdentityProvider(arguments.data)
        token = provider.token(subject, expires_in_seconds=arguments.seconds, **claims)
    except FileNotFoundError:
        raise LocalError(NO_PROVIDER) from None
    if arguments.json:
        print_json({"token": token, "subject": subject, "claims": claims, "expires_in_seconds": arguments.seconds})
    else:
        sys.stdout.write(f"{token}\n")
    return DONE


def staff_claims(role: str) -> dict[str, Any]:
    """What a token of staff says."""
    return {"role": role}


def member_claims(arguments: argparse.Namespace) -> dict[str, Any]:
    """What a member's token says: only what was named, and that as proven."""
    claims: dict[str, Any] = {}
    if arguments.phone:
        claims |= {"phone_number": arguments.phone, "phone_number_verified": True}
    if arguments.email:
        claims |= {"email": arguments.email, "email_verified": True}
    return claims


def _phone(text: str) -> str:
    from quen.members.phones import parse_phone  # phonenumbers is slow to load

    try:
        return parse_phone(text)
    except ValidationFailedError:
        raise argparse.ArgumentTypeError("this is not a telephone number") from None
