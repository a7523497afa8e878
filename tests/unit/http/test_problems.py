"""Every refusal that the code can make has a status, and says what it says in one shape."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import quen
from quen.errors import Fault, QuenError, TemporarilyUnavailableError, ValidationFailedError
from quen.http.errors import MethodNotAllowedError, TokenExpiredError, TokenMissingError
from quen.http.problems import STATUSES, problem, problem_headers
from quen.requests import RateLimitedError

# The error table of the contract, by status; the code may know more codes, never fewer.
CONTRACT = {
    400: "malformed_json idempotency_key_missing idempotency_key_invalid cursor_invalid duplicate_header "
    "query_not_allowed path_not_canonical content_digest_mismatch content_digest_malformed "
    "content_digest_unsupported signature_malformed",
    401: "token_missing token_invalid token_expired signature_missing signature_invalid signature_expired "
    "signature_replayed signature_components_missing signature_params_missing",
    403: "forbidden partner_forbidden",
    404: "not_found member_not_found purchase_not_found redemption_not_found reward_not_found hold_not_found",
    405: "method_not_allowed",
    409: "member_already_exists purchase_already_recorded return_already_recorded already_returned already_redeemed "
    "reservation_expired reward_out_of_stock member_not_active conflict_retry",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "validation_failed idempotency_key_reused insufficient_points currency_mismatch return_exceeds_purchase "
    "reward_limit_reached tier_required birthday_locked consent_required too_late",
    429: "rate_limited",
    503: "temporarily_unavailable",
}


def every_error() -> Iterator[type[QuenError]]:
    for module in pkgutil.walk_packages(quen.__path__, "quen."):
        if not module.name.startswith("quen.http.openapi"):
            importlib.import_module(module.name)
    waiting = [QuenError]
    while waiting:
        error = waiting.pop()
        yield error
        waiting += error.__subclasses__()


@pytest.mark.parametrize(("status", "codes"), CONTRACT.items())
def test_the_contract_s_codes_have_the_contract_s_statuses(status: int, codes: str) -> None:
    assert {code: STATUSES.get(code) for code in codes.split()} == dict.fromkeys(codes.split(), status)


def test_every_error_of_the_library_has_a_status() -> None:
    unknown = sorted(
        {f"{error.__module__}.{error.__name__}: {error.code}" for error in every_error() if error.code not in STATUSES}
    )
    assert not unknown


def test_one_code_has_one_title() -> None:
    titles: dict[str, set[str]] = {}
    for error in every_error():
        titles.setdefault(error.code, set()).add(error.title)
    assert {code: names for code, names in titles.items() if len(names) > 1} == {}


def test_a_problem_says_what_where_and_whether_to_try_again() -> None:
    error = ValidationFailedError("No.", faults=[Fault("/a", "missing", "Needed."), Fault("/b", "type")])
    assert problem(error, "req-1") == {
        "type": "urn:quen:problem:validation_failed",
        "title": "The request is not valid",
        "status": 422,
        "detail": "No.",
        "code": "validation_failed",
        "request_id": "req-1",
        "errors": [{"pointer": "/a", "code": "missing", "detail": "Needed."}, {"pointer": "/b", "code": "type"}],
        "retryable": False,
    }


def test_what_can_be_tried_again_says_when() -> None:
    assert problem(TemporarilyUnavailableError(), "")["retryable"] is True
    assert problem_headers(TemporarilyUnavailableError()) == {"Retry-After": "1"}


def test_a_refused_method_names_those_that_are_allowed() -> None:
    assert problem_headers(MethodNotAllowedError(["POST", "GET"])) == {"Allow": "GET, POST"}


def test_a_refused_token_asks_for_another() -> None:
    assert problem_headers(TokenMissingError()) == {"WWW-Authenticate": "Bearer"}
    assert problem_headers(TokenExpiredError()) == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


def test_who_asks_too_often_is_told_when_the_next_minute_begins() -> None:
    error = RateLimitedError(retry_after_seconds=42)
    assert problem(error, "")["retryable"] is True
    assert problem_headers(error) == {"Retry-After": "42"}


def test_one_code_is_one_class() -> None:
    classes: dict[str, set[type[QuenError]]] = {}
    for error in every_error():
        classes.setdefault(error.code, set()).add(error)
    # A parent may go by the code of its most ordinary child.
    doubled = {
        code: sorted(one.__qualname__ for one in known)
        for code, known in classes.items()
        if len([one for one in known if not one.__subclasses__()]) > 1
    }
    assert doubled == {}
