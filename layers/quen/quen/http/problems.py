"""Errors as the caller sees them: RFC 9457 problems, one table from codes to statuses.

The codes are permanent. A problem never repeats a value of the request; what it says in words may change.
https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from quen.errors import Fault, QuenError

RETRY_AFTER_SECONDS = 1
CONTENT_TYPE = "application/problem+json"

_CODES = {
    400: (
        "bad_request malformed_json idempotency_key_missing idempotency_key_invalid cursor_invalid duplicate_header "
        "query_not_allowed path_not_canonical content_digest_mismatch content_digest_malformed "
        "content_digest_unsupported signature_malformed"
    ),
    401: (
        "token_missing token_invalid token_expired signature_missing signature_invalid signature_expired "
        "signature_replayed signature_components_missing signature_params_missing"
    ),
    403: "forbidden partner_forbidden adjustment_limit_reached second_person_required",
    404: (
        "not_found member_not_found purchase_not_found redemption_not_found reward_not_found voucher_not_found "
        "receipt_not_found "
        "hold_not_found"
    ),
    405: "method_not_allowed",
    409: (
        "conflict member_already_exists purchase_already_recorded return_already_recorded event_already_recorded "
        "event_already_counted exchange_already_recorded already_returned "
        "card_blocked card_already_linked "
        "receipt_already_claimed receipt_not_claimed "
        "already_redeemed not_redeemed already_decided month_not_over redemptions_open memberships_both_run "
        "reservation_expired reward_out_of_stock webhook_disabled "
        "partner_budget_exhausted partner_cap_reached key_not_active pack_exceeded "
        "member_not_active conflict_retry voucher_already_redeemed voucher_reserved voucher_expired voucher_cancelled "
        "payment_already_recorded membership_running membership_not_running membership_paid_ahead"
    ),
    410: "cursor_expired entries_archived",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: (
        "unprocessable validation_failed idempotency_key_reused insufficient_points currency_mismatch "
        "card_limit_reached "
        "return_exceeds_purchase reward_limit_reached tier_required birthday_locked consent_required too_late "
        "transfers_not_offered transfer_limit_reached exchange_not_offered exchange_limit_reached "
        "stored_value_not_offered stored_value_limit_reached "
        "insufficient_stored_value refund_exceeds_payment voucher_not_applicable "
        "reward_not_available store_not_eligible payment_required perks_used perk_not_held"
    ),
    429: "rate_limited",
    431: "headers_too_large",
    500: "internal_error",
    503: "temporarily_unavailable",
}

STATUSES: Mapping[str, int] = MappingProxyType(
    {code: status for status, codes in _CODES.items() for code in codes.split()}
)


def problem(error: QuenError, request_id: str) -> dict[str, Any]:
    """The body of the answer to a refused request."""
    return {
        "type": f"urn:quen:problem:{error.code}",
        "title": error.title,
        "status": STATUSES[error.code],
        "detail": error.detail,
        "code": error.code,
        "request_id": request_id,
        "errors": [_fault(fault) for fault in error.faults],
        "retryable": error.retryable,
    }


def problem_headers(error: QuenError) -> dict[str, str]:
    """The headers that go with a problem, besides its content type."""
    headers = {}
    if error.retryable:
        headers["Retry-After"] = str(getattr(error, "retry_after_seconds", RETRY_AFTER_SECONDS))
    if allow := getattr(error, "allow", ""):
        headers["Allow"] = allow
    if accept := getattr(error, "accept_signature", ""):
        headers["Accept-Signature"] = accept
    if error.code.startswith("token_"):
        # RFC 6750: a request without a token is told nothing about one.
        headers["WWW-Authenticate"] = "Bearer" if error.code == "token_missing" else 'Bearer error="invalid_token"'
    return headers


def _fault(fault: Fault) -> dict[str, str]:
    shown = {"pointer": fault.pointer, "code": fault.code}
    return shown | {"detail": fault.message} if fault.message else shown
