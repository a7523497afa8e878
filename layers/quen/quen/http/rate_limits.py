"""Which limits a route of the partner API falls under, and how its answers tell what is left of them.

    RateLimit-Policy: "purchases";q=6000;w=60
    RateLimit: "purchases";r=5990;t=32

So many requests (`q`) in a window of so many seconds (`w`); so many are left (`r`), and a new window begins in so many seconds
(`t`). A route whose exact count limits it as well names both.
https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from quen.errors import MemberNotFoundError, QuenError
from quen.http.gateway import GatewayRequest
from quen.partners.leases import RequestLimits
from quen.partners.model import PartnerCaller, Relation, Right
from quen.partners.rates import WINDOW_SECONDS, Allowance, RatedAction, Rates, RouteGroup

POLICY_HEADER = "RateLimit-Policy"
LEFT_HEADER = "RateLimit"

_GROUPS: Mapping[str, RouteGroup] = MappingProxyType(
    {
        Right.RECORD_PURCHASES: RouteGroup.PURCHASES,
        Right.RECORD_EVENTS: RouteGroup.PURCHASES,
        Right.REPORT_PAYMENTS: RouteGroup.PURCHASES,
        Right.READ_PURCHASES: RouteGroup.READING,
        Right.SEARCH_MEMBERS: RouteGroup.READING,
        Right.REDEEM_REWARDS: RouteGroup.REDEMPTIONS,
        Right.MOVE_STORED_VALUE: RouteGroup.REDEMPTIONS,
        Right.USE_VOUCHERS: RouteGroup.REDEMPTIONS,
    }
)
EXACTLY_COUNTED: Mapping[str, RatedAction] = MappingProxyType(
    {
        "/v1/members/search": RatedAction.SEARCH_MEMBERS,
        "/v1/perks/search": RatedAction.SEARCH_MEMBERS,
        "/v1/memberships/search": RatedAction.SEARCH_MEMBERS,
        "/v1/purchases/preview": RatedAction.PREVIEW_PURCHASES,
        "/v1/events/preview": RatedAction.PREVIEW_EVENTS,
        "/v1/bills/quote": RatedAction.QUOTE_BILLS,
        "/v1/vouchers/validate": RatedAction.GUESS_VOUCHERS,
        "/v1/vouchers/reserve": RatedAction.GUESS_VOUCHERS,
        "/v1/vouchers/redeem": RatedAction.GUESS_VOUCHERS,
    }
)
"""The routes that are counted exactly as well, by their templates."""


def group_of(method: str, template: str, action: str) -> RouteGroup:
    """The group of a route: by the right that it needs (empty: none), save that batches are counted by themselves, and that
    who only looks (asks, previews, searches) reads.
    """
    group = _GROUPS.get(action, RouteGroup.BACK_OFFICE)
    if group is RouteGroup.BACK_OFFICE:
        return group
    if template.endswith("/batch"):
        return RouteGroup.BATCHES
    looks = method == "GET" or template.endswith(("/preview", "/quote", "/search"))
    return RouteGroup.READING if looks else group


def admit(request: GatewayRequest, caller: PartnerCaller, action: str, limits: RequestLimits, rates: Rates) -> None:
    """Count one more request of a proven caller, once it may do the action (empty: whatever it may). From here on every
    answer tells what is left, a refusal too. Raises PartnerForbiddenError, RateLimitedError.
    """
    group, action_counted = group_of(request.method, request.template, action), EXACTLY_COUNTED.get(request.template)

    def tell() -> Mapping[str, str]:
        allowances = [limits.allowance(caller.key_id, group)]
        if action_counted:
            allowances.append(rates.allowance(caller.partner_id, action_counted))
        return rate_headers(allowances)

    request.tellers.append(tell)
    if action:
        caller.require(Right(action))
    limits.count(caller.key_id, group)
    if action_counted in {None, RatedAction.GUESS_VOUCHERS}:
        _watch_for_guesses(request, caller, rates)


def count_guesses(caller: PartnerCaller, rates: Rates, misses: int) -> None:
    """So many numbers or codes that a brand sent were no member's: who tries all there are is slowed down, whichever route
    it asks. The shop's own tills know its members. Raises RateLimitedError.
    """
    if misses and caller.partner.relation is Relation.BRAND:
        rates.count(caller.partner_id, RatedAction.GUESS_MEMBERS, misses)


def _watch_for_guesses(request: GatewayRequest, caller: PartnerCaller, rates: Rates) -> None:
    """Where a minute is full, a right guess is refused as well, or it would still be told from the wrong ones."""

    def watch(error: QuenError) -> None:
        if isinstance(error, MemberNotFoundError):
            count_guesses(caller, rates, 1)

    rates.refuse_if_known_full(caller.partner_id, RatedAction.GUESS_MEMBERS)
    request.watchers.append(watch)


def rate_headers(allowances: Sequence[Allowance]) -> dict[str, str]:
    """What of these limits is left, as structured fields (RFC 9651); the names are tokens of ours, and need no escapes."""
    policies = (f'"{one.name}";q={one.per_minute};w={WINDOW_SECONDS}' for one in allowances)
    left = (f'"{one.name}";r={one.remaining};t={one.seconds_left}' for one in allowances)
    return {POLICY_HEADER: ", ".join(policies), LEFT_HEADER: ", ".join(left)}
