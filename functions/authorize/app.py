"""The authorizer: who is behind a token, for the admin API, and for the mobile API behind its REST gateway.

It always allows, and says in the context what it found (`quen.members.bearers`). Only the API can answer a problem with the
right code, and it fails closed: no subject, no entry. The policy covers the whole stage, because the gateway keeps it for
every later route of the same token.

Where the issuer's keys or our table cannot be had it raises: the gateway answers 5xx, and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.bootstrap import application
from quen.log_lines import line
from quen.members.bearers import FindMemberId, find_bearer
from quen.members.tokens import TokenVerifier
from quen.observability import wordless


@wordless
def handle(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """API Gateway's REQUEST and TOKEN authorizer events alike."""
    with line("token") as writing:
        app = application()
        answered = answer(event, app.tokens, app.members.find_member_id)
        said = answered["context"]
        writing.say(code=said.get("refusal"), member_id=said.get("member_id") or None)
    return answered


def answer(event: Mapping[str, Any], tokens: TokenVerifier, find_member_id: FindMemberId) -> dict[str, Any]:
    """The policy and context for the event's token."""
    findings = find_bearer(_authorizations(event), tokens, find_member_id)
    if "refusal" in findings:
        return _policy(event, "nobody", findings)
    return _policy(event, findings["member_id"] or "somebody", findings)


def _authorizations(event: Mapping[str, Any]) -> list[str]:
    if "authorizationToken" in event:
        return [str(event["authorizationToken"])]
    many = event.get("multiValueHeaders") or {name: [value] for name, value in (event.get("headers") or {}).items()}
    return [value for name, values in many.items() if name.lower() == "authorization" for value in values]


def _policy(event: Mapping[str, Any], principal: str, context: Mapping[str, str]) -> dict[str, Any]:
    api, stage = event["methodArn"].split("/")[:2]
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/*/*"}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": dict(context),
    }
