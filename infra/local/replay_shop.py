"""The shop of a replay, over the real APIs: tills that sign, members with tokens of the local identity provider, staff
who run the nightly jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from local.callers import Caller, TokenCaller, ask, ask_for, open_partner
from local.errors import LocalError
from local.histories import PastMember, PastPurchase
from local.identity_provider import IdentityProvider
from local.replaying import Sent
from local.running_stack import RunningStack
from local.sandbox_clock import SandboxClockItem
from quen.client import Answer, HttpTransport

JOBS = ("expire-points", "review-tiers", "birthday-rewards", "holiday-rewards")
JOB_SECONDS_MAX = 600
JOB_POLL_SECONDS = 0.5


class ApiShop:
    """Enrols and buys through the mobile and the partner API. Each thread has connections of its own."""

    def __init__(self, stack: RunningStack, currency: str) -> None:
        self._stack = stack
        self._currency = currency
        self._provider = IdentityProvider(stack.data)
        self._lock = threading.Lock()
        self._own = threading.local()

    def enrol(self, member: PastMember) -> str:
        """POST /v1/members with a token that proves the phone number. Who is a member already is one now."""
        profile = dict(member.profile)
        claims: dict[str, Any] = {"phone_number": member.phone, "phone_number_verified": True}
        if "email" in profile:
            claims |= {"email": profile["email"], "email_verified": True}
        with self._lock:
            token = self._provider.token(f"replay-{member.phone}", **claims)
        caller = TokenCaller(self._transport(), token, is_repeatable=True)
        answer = ask(caller, "POST", "/v1/members", {"phone": member.phone, "consents": [], **profile})
        if answer.is_success or answer.code == "member_already_exists":
            return ""
        return _code(answer)

    def buy(self, purchase: PastPurchase) -> Sent:
        """POST /v1/purchases, signed."""
        member = purchase.member
        body: dict[str, Any] = {
            "purchase_id": purchase.purchase_id,
            "member": {"member_id": member.member_id} if member.member_id else {"phone": member.phone},
            "occurred_at": purchase.occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "total": {"amount": purchase.amount, "currency": self._currency},
        }
        if purchase.store_id:
            body["store_id"] = purchase.store_id
        answer = ask(self._till(), "POST", "/v1/purchases", body)
        if not answer.is_success:
            return Sent(refusal=_code(answer))
        shown = answer.document
        points = sum(entry["points"] for entry in shown["entries"] if entry["kind"] == "earn")
        return Sent(shown["member_id"], points, replayed=answer.is_replay)

    def _till(self) -> Caller:
        if not hasattr(self._own, "till"):
            self._own.till = open_partner(self._stack)
        till: Caller = self._own.till
        return till

    def _transport(self) -> HttpTransport:
        if not hasattr(self._own, "transport"):
            self._own.transport = self._stack.open_transport(self._stack.mobile_url)
        transport: HttpTransport = self._own.transport
        return transport


class ApiNights:
    """Moves the sandbox clock, and runs the jobs through the admin API."""

    def __init__(self, staff: Caller, clock: SandboxClockItem, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._staff = staff
        self._clock = clock
        self._sleep = sleep

    def set_clock(self, instant: datetime) -> None:
        """Every function sees it with its next request."""
        self._clock.set_now(instant)

    def run_jobs(self, on: date) -> None:
        """Each job of that day; what it leaves to its queue is waited for."""
        for job in JOBS:
            run = ask_for(self._staff, "POST", f"/v1/jobs/{job}/runs", {"on": on.isoformat()})
            waited = 0.0
            while run["state"] == "running":
                if waited > JOB_SECONDS_MAX:
                    raise LocalError(f"{job} of {on} did not end within {JOB_SECONDS_MAX} s; replay again to go on.")
                self._sleep(JOB_POLL_SECONDS)
                waited += JOB_POLL_SECONDS
                run = self._find_run(job, run["run_id"]) or run
            if run["state"] == "failed":
                raise LocalError(
                    f"{job} of {on} failed for {run['failed']} members; see `quen job run {job} --on {on}`."
                )

    def _find_run(self, job: str, run_id: str) -> dict[str, Any] | None:
        runs = ask_for(self._staff, "GET", f"/v1/jobs/{job}/runs?limit=20")["items"]
        return next((run for run in runs if run["run_id"] == run_id), None)


def _code(answer: Answer) -> str:
    return answer.code or f"status_{answer.status}"
