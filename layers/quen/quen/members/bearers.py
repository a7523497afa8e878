"""Who brings a token: what the authorizer says of them, and what an API finds by itself where no authorizer stands before it.

One vocabulary for both: `issuer`, `subject`, `member_id`, `role`, `phone`, `email` and `expires_at`, or `refusal` alone. All
are text. A bad token is a finding too, because only the API can answer it as a problem.

Importing this costs about 30 ms (`quen.members.tokens`): only who verifies tokens does it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from msgspec import Struct

from quen.clock import Clock
from quen.members.model import Login
from quen.members.tokens import TokenVerifier, UntrustedTokenError

# As long as API Gateway keeps what an authorizer said; and so many members at once, about 1 KB each.
KEPT_SECONDS = 300
KEPT_MAX = 1000

Findings = dict[str, str]
FindMemberId = Callable[[Login], str | None]


def find_bearer(authorizations: Sequence[str], tokens: TokenVerifier, find_member_id: FindMemberId) -> Findings:
    """What the `Authorization` headers of a request say. Raises TemporarilyUnavailableError."""
    try:
        claims = tokens.verify(_bearer_token(authorizations))
    except UntrustedTokenError as error:
        return {"refusal": error.refusal}
    login = claims.login
    return {
        "issuer": login.issuer,
        "subject": login.subject,
        "member_id": find_member_id(login) or "",
        "role": claims.role,
        "phone": login.phone or "",
        "email": login.email or "",
        "expires_at": str(claims.expires_at),
    }


class _Kept(Struct, frozen=True):
    findings: Findings
    until: float  # epoch seconds


class Bearers:
    """Finds bearers, and remembers members for `KEPT_SECONDS`, so that a balance read stays one read.

    Refusals are not kept, nor who is no member yet: nobody waits to be one after enrolling.
    """

    def __init__(
        self, tokens: TokenVerifier, find_member_id: FindMemberId, wall: Clock, *, kept_max: int = KEPT_MAX
    ) -> None:
        self._tokens = tokens
        self._find_member_id = find_member_id
        self._wall = wall
        self._kept_max = kept_max
        self._kept: dict[bytes, _Kept] = {}

    def find(self, authorizations: Sequence[str]) -> Findings:
        """What the `Authorization` headers of a request say. Raises TemporarilyUnavailableError."""
        # Digests, so that no token lies in memory for longer than its request.
        key = hashlib.sha256("\n".join(authorizations).encode(errors="surrogatepass")).digest()
        now = self._wall.now().timestamp()
        kept = self._kept.get(key)
        if kept and now < kept.until:
            return kept.findings
        findings = find_bearer(authorizations, self._tokens, self._find_member_id)
        if findings.get("member_id"):
            self._keep(key, _Kept(findings, min(now + KEPT_SECONDS, float(findings["expires_at"]))))
        return findings

    def _keep(self, key: bytes, kept: _Kept) -> None:
        self._kept.pop(key, None)
        if len(self._kept) >= self._kept_max:
            del self._kept[next(iter(self._kept))]  # the oldest
        self._kept[key] = kept


def _bearer_token(authorizations: Sequence[str]) -> str:
    if not authorizations:
        raise UntrustedTokenError("token_missing")
    scheme, _, token = authorizations[0].strip().partition(" ")
    if len(authorizations) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise UntrustedTokenError("token_invalid")
    return token.strip()
