"""What the authorizer answers to good and bad tokens."""

from __future__ import annotations

from typing import Any

import pytest

from authorize.app import answer
from quen.errors import TemporarilyUnavailableError
from quen.members.model import Login
from quen.members.signing_keys import FetchedKeys
from quen.members.tokens import TokenVerifier
from unit.members.fakes import LOGIN, SettableClock
from unit.members.issuer import AUDIENCE, ISSUER, claims, jwks, sign

ARN = "arn:aws:execute-api:ap-southeast-1:123456789012:abc123/live/GET/v1/me"
MEMBER = "mem_0000000000000001"


def make_event(*values: str, name: str = "Authorization") -> dict[str, Any]:
    headers = {name: values[-1]} if values else {}
    many = {name: list(values)} if values else {}
    return {"type": "REQUEST", "methodArn": ARN, "headers": headers, "multiValueHeaders": many}


def ask(event: dict[str, Any], members: dict[str, str] | None = None) -> dict[str, Any]:
    clock = SettableClock()
    tokens = TokenVerifier(ISSUER, AUDIENCE, FetchedKeys(jwks, clock), clock)
    known = {LOGIN.subject: MEMBER} if members is None else members
    return answer(event, tokens, lambda login: known.get(login.subject))


def test_a_members_token_is_answered_with_the_member():
    policy = ask(make_event(f"Bearer {sign()}"))
    assert policy["principalId"] == MEMBER
    assert policy["context"] == {
        "issuer": ISSUER,
        "subject": "user-1",
        "member_id": MEMBER,
        "role": "",
        "phone": "+84901234567",
        "email": "hoa@example.com",
        "expires_at": str(claims()["exp"]),
    }


def test_who_is_no_member_yet_may_come_in_to_enrol():
    policy = ask(make_event(f"bearer {sign()}", name="authorization"), members={})
    assert (policy["context"]["member_id"], policy["context"]["subject"]) == ("", "user-1")


def test_the_policy_holds_for_every_route_of_the_stage():
    policy = ask(make_event(f"Bearer {sign()}"))
    (statement,) = policy["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:ap-southeast-1:123456789012:abc123/live/*/*"


def test_a_token_event_is_understood_too():
    event = {"type": "TOKEN", "methodArn": ARN, "authorizationToken": f"Bearer {sign()}"}
    assert ask(event)["context"]["member_id"] == MEMBER


def test_staff_have_their_role():
    assert ask(make_event(f"Bearer {sign(claims(sub='staff-1', role='owner'))}"))["context"]["role"] == "owner"


@pytest.mark.parametrize(
    ("event", "refusal"),
    [
        (make_event(), "token_missing"),
        ({"methodArn": ARN, "headers": None, "multiValueHeaders": None}, "token_missing"),
        (make_event(""), "token_invalid"),
        (make_event("Bearer"), "token_invalid"),
        (make_event("Bearer "), "token_invalid"),
        (make_event("Basic aG9hOnNlY3JldA=="), "token_invalid"),
        (make_event("Bearer nonsense"), "token_invalid"),
        (make_event(f"Bearer {sign()}", f"Bearer {sign()}"), "token_invalid"),
        (make_event(f"Bearer {sign()}, Bearer {sign()}"), "token_invalid"),
        (make_event(f"Bearer {sign(claims(exp=1))}"), "token_expired"),
    ],
)
def test_a_bad_token_is_passed_on_as_a_refusal_and_nothing_else(event: dict[str, Any], refusal: str):
    policy = ask(event)
    assert policy["context"] == {"refusal": refusal}
    assert policy["principalId"] == "nobody"


def test_the_context_holds_nothing_but_strings():
    context = ask(make_event(f"Bearer {sign(claims(phone_number_verified=False))}"))["context"]
    assert context["phone"] == ""
    assert all(isinstance(value, str) for value in context.values())


def test_where_the_keys_or_the_table_cannot_be_had_nothing_is_answered():
    def fail(_login: Login) -> str | None:
        raise TemporarilyUnavailableError

    clock = SettableClock()
    tokens = TokenVerifier(ISSUER, AUDIENCE, FetchedKeys(jwks, clock), clock)
    with pytest.raises(TemporarilyUnavailableError):
        answer(make_event(f"Bearer {sign()}"), tokens, fail)
