"""Requests to the APIs in one process, each written down with its answer; who asks is named, so that it can be asked again."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway_events import Answer, member_claims, staff_claims
from quen.client.signing import Credentials
from served import Served

PHONES = {
    "lan": "+84901234561",
    "hoa": "+84901234562",
    "minh": "+84901234563",
    "anna": "+84901234564",
    "huy": "+84901234565",
    "mai": "+84901234566",
    "mai-again": "+84901234567",
    "tuan": "+84901234568",
    "tuan-again": "+84901234569",
    "vy": "+84901234570",
}
"""Members, by the subject of their tokens."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and its answer. `who`: `staff/<role>` (a second one: `staff/<role>/second`), `partner/<name>` or
    `member/<subject>` (whose address has changed: `member/<subject>/<its name>`)."""

    who: str
    method: str
    path: str
    body: Any
    key: str | None
    status: int
    answer: Any


@dataclass
class Desk:
    """Everybody who asks. `credentials` are the partners' keys, by name: `{"key_id", "secret"}`."""

    served: Served
    credentials: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def ask(self, who: str, method: str, path: str, body: object = None, *, key: str | None = None) -> Answer:
        """One request, written down."""
        answer = self._send(who, method, path, body, key)
        self.asked.append(Asked(who, method, path, body, key, answer.status, answer.body))
        return answer

    def done(self, who: str, method: str, path: str, body: object = None, *, key: str | None = None) -> Any:
        """One request that must be granted; answers its body."""
        answer = self.ask(who, method, path, body, key=key)
        assert answer.status < 300, (who, path, body, answer.status, answer.body)
        return answer.body

    def again(self, asked: Asked) -> Answer:
        """The very same request once more."""
        return self._send(asked.who, asked.method, asked.path, asked.body, asked.key)

    def _send(self, who: str, method: str, path: str, body: object, key: str | None) -> Answer:
        kind, _, name = who.partition("/")
        headers = {"Idempotency-Key": key} if key else {}
        if kind == "staff":
            subject = f"staff-{name}"
            claims = staff_claims(name.partition("/")[0]) | {"subject": subject, "principalId": subject}
            event = self.served._event("admin", method, path, body, authorizer=claims, headers=headers)
            return self.served.send("admin", event)
        if kind == "member":
            subject, _, changed = name.partition("/")
            email = f"{changed or subject}@example.com"
            claims = member_claims(subject=subject, phone=PHONES[subject], email=email)
            event = self.served._event("mobile", method, path, body, authorizer=claims, headers=headers)
            return self.served.send("mobile", event)
        known = self.credentials[name]
        self.served.credentials = Credentials(known["key_id"], "hmac-sha256", base64.b64decode(known["secret"]))
        return self.served.send("partner", self.served.signed_event(method, path, body, key=key))


def text_of(instant: datetime) -> str:
    """An instant as requests name it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def vnd(amount: int) -> dict[str, Any]:
    """So many dong."""
    return {"amount": amount, "currency": "VND"}
