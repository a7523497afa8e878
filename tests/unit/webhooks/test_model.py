"""What is decided about webhooks: signatures, waits, what an answer means, who is told of what."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from quen.errors import ValidationFailedError
from quen.events.model import EVENT_TYPES
from quen.webhooks.model import (
    ATTEMPTS_MAX,
    Delivery,
    DeliveryState,
    DisabledBy,
    Result,
    Wake,
    Webhook,
    check_event_types,
    headers_of,
    parse_retry_after,
    secret_text,
)
from quen.webhooks.model.schedule import WAITS_SECONDS, wait_seconds

NOW = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
WEBHOOK = Webhook("whk_1", "ptn_1", "https://example.com/", (), NOW, "whs_1")
DELIVERY = Delivery("whk_1", "evt_1", "points.earned", NOW)


def test_the_signature_is_that_of_the_standard_s_own_vector() -> None:
    """From the reference libraries of Standard Webhooks."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = headers_of([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert secret_text(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_two_secrets_sign_beside_each_other_the_new_one_first() -> None:
    old, new = b"o" * 32, b"n" * 32
    signed = [headers_of([one], "evt_1", NOW, b"{}")["webhook-signature"] for one in (new, old)]
    assert headers_of([new, old], "evt_1", NOW, b"{}")["webhook-signature"] == " ".join(signed)


def test_every_part_of_what_is_signed_counts() -> None:
    parts = ([b"s" * 32], "evt_1", NOW, b"{}")
    others = (
        ([b"t" * 32], "evt_1", NOW, b"{}"),
        ([b"s" * 32], "evt_2", NOW, b"{}"),
        ([b"s" * 32], "evt_1", NOW + timedelta(seconds=1), b"{}"),
        ([b"s" * 32], "evt_1", NOW, b"{ }"),
    )
    signatures = {headers_of(*one)["webhook-signature"] for one in (parts, *others)}
    assert len(signatures) == 5


def test_ten_attempts_are_made_over_three_days_further_apart_each_time() -> None:
    waits = [wait_seconds(attempts, 0) for attempts in range(1, ATTEMPTS_MAX + 1)]
    assert waits == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400, None]
    assert timedelta(days=3) < timedelta(seconds=sum(WAITS_SECONDS)) < timedelta(days=4)


@pytest.mark.parametrize("attempts", range(1, ATTEMPTS_MAX))
def test_a_wait_is_a_fifth_longer_or_shorter_at_the_most(attempts: int) -> None:
    wait = WAITS_SECONDS[attempts - 1]
    assert [wait_seconds(attempts, percent) for percent in (-20, 0, 20)] == [wait * 4 // 5, wait, wait * 6 // 5]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("86400", 86400),
        ("86401", 86400),
        ("9" * 30, 86400),
        ("-1", 0),
        ("1.5", 0),
        ("", 0),
        ("²", 0),
        ("soon", 0),
        ("Sun, 22 Nov 2026 03:16:30 GMT", 90),
        ("Sun, 22 Nov 2026 03:16:30", 90),
        ("Sunday, 22-Nov-26 03:16:30 GMT", 90),
        ("Sun, 22 Nov 2020 03:16:30 GMT", 0),
        ("Sun, 22 Nov 2099 03:16:30 GMT", 86400),
        ("Sun, 99 Nov 2026 03:16:30 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86400),
    ],
)
def test_how_long_a_receiver_asks_to_wait(text: str, seconds: int) -> None:
    assert parse_retry_after(text, NOW) == seconds


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (Result(200), ""),
        (Result(204), ""),
        (Result(299), ""),
        (Result(301), "redirected"),
        (Result(304), "redirected"),
        (Result(400), "refused"),
        (Result(410), "gone"),
        (Result(500), "refused"),
        (Result(failure="timed_out"), "timed_out"),
    ],
)
def test_what_came_of_an_attempt_is_one_word(result: Result, error: str) -> None:
    assert (result.error, result.is_delivered) == (error, not error)


def test_a_delivery_ends_at_the_first_answer_that_is_good() -> None:
    ended = DELIVERY.begun(NOW).ended(Result(202), NOW, 0)
    assert (ended.state, ended.attempts, ended.last_status) == (DeliveryState.DELIVERED, 1, 202)
    assert (ended.next_at, ended.begun_at, ended.last_error) == (None, None, "")


def test_a_delivery_waits_after_a_failure_and_is_dead_after_the_last() -> None:
    delivery = DELIVERY
    for wait in WAITS_SECONDS:
        delivery = delivery.begun(NOW).ended(Result(500), NOW, 0)
        assert (delivery.state, delivery.next_at) == (DeliveryState.PENDING, NOW + timedelta(seconds=wait))
    last = delivery.begun(NOW).ended(Result(failure="timed_out"), NOW, 0)
    assert (last.state, last.attempts, last.next_at) == (DeliveryState.DEAD, ATTEMPTS_MAX, None)
    assert (last.last_status, last.last_error) == (0, "timed_out")


def test_a_receiver_that_asks_for_patience_gets_it_with_429_and_503_alone() -> None:
    waits = {
        status: DELIVERY.ended(Result(status, retry_after_seconds=3600), NOW, 0).next_at for status in (429, 503, 500)
    }
    assert waits == {
        429: NOW + timedelta(hours=1),
        503: NOW + timedelta(hours=1),
        500: NOW + timedelta(seconds=5),
    }
    soon = replace(DELIVERY, attempts=4).ended(Result(503, retry_after_seconds=1), NOW, 0)
    assert soon.next_at == NOW + timedelta(hours=5)


def test_a_delivery_to_one_that_is_gone_is_dead_at_once() -> None:
    assert DELIVERY.ended(Result(410), NOW, 0).state is DeliveryState.DEAD


def test_a_delivery_anew_keeps_its_id_and_its_body() -> None:
    dead = replace(DELIVERY, state=DeliveryState.DEAD, attempts=10, body=b"{}", last_error="refused", revision=7)
    anew = dead.anew(NOW)
    assert (anew.state, anew.attempts, anew.event_id, anew.body) == (DeliveryState.PENDING, 0, "evt_1", b"{}")
    assert anew.revision == 8


def test_only_what_nobody_is_at_work_on_is_replayed() -> None:
    hour = timedelta(hours=1)
    assert replace(DELIVERY, state=DeliveryState.DEAD).is_replayable(NOW)
    assert replace(DELIVERY, state=DeliveryState.DELIVERED).is_replayable(NOW)
    assert not DELIVERY.is_replayable(NOW + hour)
    assert not replace(DELIVERY, next_at=NOW + 24 * hour).is_replayable(NOW + 24 * hour)
    assert DELIVERY.is_replayable(NOW + 2 * hour), "its wake-up is lost"


def test_a_webhook_wants_types_and_what_begins_like_its_prefixes() -> None:
    chosen = replace(WEBHOOK, event_types=("points.", "tier.changed"))
    wanted = [one for one in ("points.earned", "tier.changed", "tier.at_risk", "pointsx.y") if chosen.wants(one)]
    assert wanted == ["points.earned", "tier.changed"]
    assert WEBHOOK.wants("anything.at_all")


@pytest.mark.parametrize("wrong", ["points", "points.earn", "poin.", ".", "", "POINTS.", "webhook.test", "*"])
def test_a_type_that_no_event_has_is_refused_by_its_place(wrong: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        check_event_types(["points.earned", wrong], EVENT_TYPES)
    assert refused.value.faults[0].pointer == "/event_types/1"


def test_types_are_kept_sorted_each_once() -> None:
    asked = ["tier.changed", "points.", "tier.changed"]
    assert check_event_types(asked, EVENT_TYPES) == ("points.", "tier.changed")


def after(webhook: Webhook, at: datetime, *, is_delivered: bool = False, is_gone: bool = False) -> Webhook:
    return webhook.after(is_delivered=is_delivered, is_gone=is_gone, now=at)


def test_a_webhook_that_fares_well_is_never_written() -> None:
    assert after(WEBHOOK, NOW, is_delivered=True) is WEBHOOK


def test_a_webhook_that_fails_is_left_alone_by_others_while_it_is_tried_and_a_success_forgets_it() -> None:
    assert WEBHOOK.tried(NOW) is WEBHOOK
    failing = after(WEBHOOK, NOW)
    assert (failing.failing_since, failing.resting_until) == (NOW, None)
    tried = failing.tried(NOW + timedelta(seconds=5))
    assert (tried.failing_since, tried.resting_until) == (NOW, NOW + timedelta(seconds=35))
    assert after(tried, NOW + timedelta(seconds=15)) is tried
    clean = after(tried, NOW + timedelta(seconds=15), is_delivered=True)
    assert (clean.failing_since, clean.resting_until, clean.is_enabled) == (None, None, True)


def test_five_days_in_which_nothing_succeeds_disable_a_webhook_and_it_says_so() -> None:
    failing = after(WEBHOOK, NOW)
    assert after(failing, NOW + timedelta(days=5, seconds=-1)).is_enabled
    disabled = after(failing, NOW + timedelta(days=5))
    assert (disabled.is_enabled, disabled.disabled_by, disabled.failing_since) == (False, DisabledBy.FAILING, NOW)
    again = disabled.enabled()
    assert (again.is_enabled, again.disabled_by, again.failing_since) == (True, None, None)


def test_a_webhook_that_answers_gone_is_disabled_at_once() -> None:
    gone = after(WEBHOOK, NOW, is_gone=True)
    assert (gone.is_enabled, gone.disabled_by) == (False, DisabledBy.GONE)


def test_an_old_secret_signs_until_its_overlap_is_over() -> None:
    rotated = WEBHOOK.rotated("whs_2", NOW + timedelta(hours=1))
    assert rotated.secret_ids(NOW) == ["whs_2", "whs_1"]
    assert rotated.secret_ids(NOW + timedelta(hours=1)) == ["whs_2"]
    assert WEBHOOK.rotated("whs_2", NOW).secret_ids(NOW) == ["whs_2"]


def test_a_wake_up_is_read_as_it_was_written_and_nothing_else_is() -> None:
    for wake in (Wake("p", "e", "t"), Wake("p", "e", "t", "w", 3, NOW)):
        assert Wake.parse(wake.body()) == wake
    for body in ({}, {"partner_id": "p", "event_id": "e"}, {"partner_id": "p", "event_id": "", "event_type": "t"}):
        with pytest.raises(ValueError, match="no message about a webhook"):
            Wake.parse(body)
