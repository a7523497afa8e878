"""Who brings a token, where no authorizer stands before the API: found once, and remembered for a while."""

from __future__ import annotations

from quen.members.bearers import KEPT_MAX, KEPT_SECONDS, Bearers
from quen.members.model import Login
from quen.members.signing_keys import FetchedKeys
from quen.members.tokens import TokenVerifier
from unit.members.fakes import LOGIN, SettableClock
from unit.members.issuer import AUDIENCE, ISSUER, claims, jwks, sign

MEMBER = "mem_0000000000000001"


class Desk:
    """Bearers over an identity provider and a register of members, which counts who is looked up."""

    def __init__(self, members: dict[str, str] | None = None, kept_max: int = KEPT_MAX) -> None:
        self.clock = SettableClock()
        self.members = {LOGIN.subject: MEMBER} if members is None else members
        self.looked_up: list[str] = []
        tokens = TokenVerifier(ISSUER, AUDIENCE, FetchedKeys(jwks, self.clock), self.clock)
        self.bearers = Bearers(tokens, self._find, self.clock, kept_max=kept_max)

    def _find(self, login: Login) -> str | None:
        self.looked_up.append(login.subject)
        return self.members.get(login.subject)

    def find(self, *authorizations: str) -> dict[str, str]:
        return self.bearers.find(authorizations)


def test_a_member_is_looked_up_once_in_five_minutes():
    desk, header = Desk(), f"Bearer {sign()}"
    first = desk.find(header)
    assert (first["member_id"], first["expires_at"]) == (MEMBER, str(claims()["exp"]))
    desk.clock.advance(seconds=KEPT_SECONDS - 1)
    assert desk.find(header) == first
    assert desk.looked_up == [LOGIN.subject]
    desk.clock.advance(seconds=1)
    desk.find(header)
    assert desk.looked_up == [LOGIN.subject] * 2


def test_nothing_is_remembered_beyond_the_token_s_end():
    desk = Desk()
    header = f"Bearer {sign(claims(exp=int(desk.clock.now().timestamp()) + 10))}"
    desk.find(header)
    desk.clock.advance(seconds=100)
    assert desk.find(header) == {"refusal": "token_expired"}


def test_who_is_no_member_yet_is_one_at_once_after_enrolling():
    desk, header = Desk({}), f"Bearer {sign()}"
    assert desk.find(header)["member_id"] == ""
    desk.members[LOGIN.subject] = MEMBER
    assert desk.find(header)["member_id"] == MEMBER


def test_refusals_are_found_anew_each_time_and_look_nobody_up():
    desk = Desk()
    for sent, refusal in (
        ((), "token_missing"),
        (("Bearer nonsense",), "token_invalid"),
        (("Basic aG9hOnNlY3JldA==",), "token_invalid"),
        ((f"Bearer {sign()}", f"Bearer {sign()}"), "token_invalid"),
        ((f"Bearer {sign()}, Bearer {sign()}",), "token_invalid"),
    ):
        assert desk.find(*sent) == desk.find(*sent) == {"refusal": refusal}
    assert desk.looked_up == []


def test_two_tokens_are_two_bearers():
    desk = Desk({LOGIN.subject: MEMBER, "user-2": "mem_0000000000000002"})
    other = sign(claims(sub="user-2"))
    assert desk.find(f"Bearer {sign()}")["member_id"] == MEMBER
    assert desk.find(f"Bearer {other}")["member_id"] == "mem_0000000000000002"


def test_the_oldest_is_forgotten_where_there_are_too_many():
    desk = Desk({LOGIN.subject: MEMBER, "user-2": "mem_0000000000000002"}, kept_max=1)
    first, second = f"Bearer {sign()}", f"Bearer {sign(claims(sub='user-2'))}"
    for header in (first, second, second, first):
        desk.find(header)
    assert desk.looked_up == [LOGIN.subject, "user-2", LOGIN.subject]
