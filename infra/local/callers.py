"""Who calls the stack's APIs: a partner, who signs; members and staff, who show a token.

Rule: a caller is for one thread at a time, like the connection that it keeps open.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from local.errors import LocalError
from local.running_stack import RunningStack
from quen.client import (
    Answer,
    Credentials,
    Endpoint,
    NoAnswerError,
    PartnerClient,
    RetryPolicy,
    Transport,
)

CallerKind = Literal["partner", "member", "staff"]


class Caller(Protocol):
    """Sends one request and answers what came back, whatever it says. Raises NoAnswerError when nothing did."""

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Answer:
        """`path` starts with /v1."""
        ...


class TokenCaller:
    """Requests with a bearer token to the mobile or the admin API; "try again" is tried again where it is harmless.

    That is: a POST only with an idempotency key, or where all that this caller asks for `is_repeatable`.
    """

    def __init__(
        self,
        transport: Transport,
        token: str,
        *,
        is_repeatable: bool = False,
        retries: RetryPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = transport
        self.token = token
        self._is_repeatable = is_repeatable
        self._retries = retries or RetryPolicy()
        self._sleep = sleep

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Answer:
        """`path` starts with /v1. The last answer, whatever it says; NoAnswerError when the last attempt got none."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        content = b""
        if body is not None:
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            headers["Content-Type"] = "application/json"
        may_repeat = self._is_repeatable or method != "POST" or idempotency_key is not None
        for attempt in range(1, self._retries.attempts_max if may_repeat else 1):
            answer = self._try(method, path, headers, content)
            if answer is not None and answer.status < 500 and answer.code != "conflict_retry":
                return answer
            self._sleep(self._retries.wait_seconds(attempt, answer))
        return self._transport.send(method, path, headers, content)

    def _try(self, method: str, path: str, headers: Mapping[str, str], content: bytes) -> Answer | None:
        try:
            return self._transport.send(method, path, headers, content)
        except NoAnswerError:
            return None


def open_partner(stack: RunningStack) -> PartnerClient:
    """The seeded partner, signing with its key."""
    key = stack.partner
    is_shared_secret = key.algorithm == "hmac-sha256"
    secret = base64.b64decode(key.secret) if is_shared_secret else key.secret.encode()
    endpoint = Endpoint(stack.partner_url, key.authority, key.path_prefix)
    credentials = Credentials(key.key_id, key.algorithm, secret)
    return PartnerClient(endpoint, credentials, transport=stack.open_transport(stack.partner_url))


def open_staff(stack: RunningStack, token: str | None = None) -> TokenCaller:
    """The seeded member of staff, or whose token it is, at the admin API."""
    return TokenCaller(stack.open_transport(stack.admin_url), token or stack.staff_token)


def open_member(stack: RunningStack, token: str | None = None) -> TokenCaller:
    """The first seeded member, or whose token it is, at the mobile API."""
    token = token or first_member_token(stack)
    return TokenCaller(stack.open_transport(stack.mobile_url), token)


def first_member_token(stack: RunningStack) -> str:
    """The first seeded member's token. Raises LocalError where there is none."""
    if not stack.members:
        raise LocalError("the stack has no seeded member; give a token of your own with --token.")
    return stack.members[0]["token"]


def ask(
    caller: Caller, method: str, path: str, body: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
) -> Answer:
    """One request; that nothing answered is told in one sentence. Raises LocalError."""
    try:
        return caller.request(method, path, body, idempotency_key=idempotency_key)
    except NoAnswerError as error:
        raise LocalError(f"the stack did not answer {method} {path} ({error}); is `make run` still going?") from None


def ask_for(
    caller: Caller, method: str, path: str, body: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
) -> Any:
    """The JSON of a successful answer. Raises LocalError with the problem's own words where it was refused."""
    answer = ask(caller, method, path, body, idempotency_key=idempotency_key)
    if not answer.is_success:
        raise LocalError(problem_sentence(answer))
    return answer.document


def problem_sentence(answer: Answer) -> str:
    """What a refusal says, on one line, and each fault on a line of its own."""
    problem = answer.document
    if not isinstance(problem, dict):
        return f"refused with status {answer.status}."
    code, detail = problem.get("code", answer.status), problem.get("detail") or problem.get("title") or ""
    faults = [
        f"{fault.get('pointer') or '/'}: {fault.get('detail') or fault.get('code')}"
        for fault in problem.get("errors") or ()
    ]
    if len(faults) == 1 and faults[0].endswith(f": {detail}"):
        return f"refused ({code}): {faults[0]}"
    return "\n  ".join((f"refused ({code}): {detail}", *faults))
