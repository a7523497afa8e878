"""`quen request`: one signed or authorised request, printed with its answer; curl for this API."""

from __future__ import annotations

import argparse
import json
import re
import secrets
import sys
from pathlib import Path
from typing import Any, get_args

from local.callers import Caller, CallerKind, ask, open_member, open_partner, open_staff
from local.running_stack import RunningStack, on_stack
from local.terminal import DONE, REFUSED, Subcommands, add_command, print_json
from quen.client import Answer

EXAMPLE = """
quen request GET /v1/me/account --as member
quen request POST /v1/members/search --as partner --json '{"phone": "0901234567"}'
quen request POST /v1/purchases/preview --as partner --json @purchase.json | jq .receipt_text
"""
NEEDS_KEY = re.compile(
    r"/v1/me/(redemptions|transfers|membership)|/v1/redemptions|/v1/disputes|/v1/memberships/refund"
    r"|/v1/members/[^/]+/(adjustments|merges|transfers|stored-value/adjustments)"
    r"|/v1/stored-value/(loads|redemptions(/[^/]+/refunds)?)"
    r"|/v1/vouchers/(reserve|redeem)|/v1/voucher-batches|/v1/partners/[^/]+/packs"
)
SHOWN_HEADERS = (
    "content-type",
    "idempotent-replayed",
    "retry-after",
    "allow",
    "www-authenticate",
    "accept-signature",
    "x-request-id",
)
_MEMBERS_OWN = re.compile(r"/v1/(?:me(?:/.*)?|unsubscribe/.*)")
_PARTNERS_OWN = re.compile(
    r"/v1/(partner|purchases|events|bills|exchanges|receipts|statements|webhooks|redemptions|payments|memberships"
    r"|members/search|perks/search|stored-value|vouchers/(validate|reserve|redeem|uses))(/.*)?"
)

# Partners open disputes and read their own; staff list all of them, and resolve one.
_PARTNERS_DISPUTES = re.compile(r"POST /v1/disputes(/search)?|GET /v1/disputes/[^/]+")


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands,
        "request",
        "Send one request, signed or with a token, and print its answer.",
        EXAMPLE,
        json_flag=False,
    )
    parser.add_argument("method", metavar="METHOD", type=str.upper, help="GET, POST, PUT, PATCH, DELETE")
    parser.add_argument("path", metavar="PATH", type=_path, help="from /v1 on")
    parser.add_argument(
        "--as", dest="caller", choices=get_args(CallerKind), help="who asks (default: whoever the path is for)"
    )
    parser.add_argument(
        "--json",
        metavar="BODY",
        nargs="?",
        action="append",
        default=[],
        dest="bodies",
        type=_body,
        help="the body: JSON, or @FILE, or @- for standard input; without BODY (also beside another --json BODY) "
        "the whole answer is printed as one JSON document {status, headers, body}",
    )
    parser.add_argument(
        "--key", metavar="KEY", help="the Idempotency-Key (default: a new one where the route needs it)"
    )
    parser.add_argument("--token", metavar="TOKEN", help="another bearer token than the seeded one")
    parser.set_defaults(run=on_stack(run))


def run(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Send it, print it; 1 where the answer is not a success."""
    method, path = arguments.method, arguments.path
    caller = open_caller(stack, arguments.caller or caller_for(method, path), arguments.token)
    bodies = [body for body in arguments.bodies if body is not None]
    key = arguments.key or (f"quen-{secrets.token_hex(12)}" if needs_key(method, path) else None)
    answer = ask(caller, method, path, bodies[-1] if bodies else None, idempotency_key=key)
    if None in arguments.bodies:
        print_json(_document(answer))
    else:
        _print_answer(answer, key)
    return DONE if answer.is_success else REFUSED


def open_caller(stack: RunningStack, kind: CallerKind, token: str | None) -> Caller:
    """That caller of the stack."""
    if kind == "partner":
        return open_partner(stack)
    return open_member(stack, token) if kind == "member" else open_staff(stack, token)


def caller_for(method: str, path: str) -> CallerKind:
    """Whom a route is for, where nobody says: `/v1/me…` members, tills' routes partners, enrolment members, else staff."""
    route = path.partition("?")[0]
    if _MEMBERS_OWN.fullmatch(route) or (method, route) == ("POST", "/v1/members"):
        return "member"
    is_partners = _PARTNERS_OWN.fullmatch(route) or _PARTNERS_DISPUTES.fullmatch(f"{method} {route}")
    return "partner" if is_partners else "staff"


def needs_key(method: str, path: str) -> bool:
    """Whether the route takes an Idempotency-Key."""
    return method == "POST" and NEEDS_KEY.fullmatch(path.partition("?")[0]) is not None


def _document(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "headers": dict(answer.headers), "body": answer.document}


def _print_answer(answer: Answer, key: str | None) -> None:
    """Status and headers on standard error, the body alone on standard output, so that it can be piped."""
    sys.stderr.write(f"HTTP {answer.status}\n")
    if key:
        sys.stderr.write(f"idempotency-key: {key} (sent)\n")
    for name in SHOWN_HEADERS:
        if name in answer.headers:
            sys.stderr.write(f"{name}: {answer.headers[name]}\n")
    sys.stderr.flush()
    if answer.document is not None:
        print_json(answer.document)
    elif answer.body:
        sys.stdout.write(answer.body.decode("utf-8", "replace") + "\n")


def _path(text: str) -> str:
    if not text.startswith("/"):
        raise argparse.ArgumentTypeError("a path starts with /v1")
    return text


def _body(text: str) -> Any:
    try:
        if text == "@-":
            text = sys.stdin.read()
        elif text.startswith("@"):
            text = Path(text[1:]).read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{error.filename} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"the body is not JSON: {error}") from None
