"""An endpoint is declared once: the router, the checks before the handler, the answer and the OpenAPI file all read it.

    account = Resource(__name__, recognise_member)

    @account.endpoint("GET", "/v1/me/account", answer=Account, errors=(MemberNotFoundError,))
    def show_account(call: Call[MemberCaller, Nothing]) -> Body:
        \"\"\"What the member has now.\"\"\"
        return application().ledger.show_account(member_id(call))

Before a handler runs, in this order: duplicate headers, who is asking and whether they may, query, size, media type,
JSON, `Idempotency-Key`, the input's rules. Every request leaves one log line (`quen.http.api`), whatever becomes of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from chalice.app import Blueprint, Response
from msgspec import Struct
from msgspec.structs import replace

from quen import log_lines
from quen.errors import NotFoundError, QuenError
from quen.http import strict_json
from quen.http.gateway import GatewayRequest, refuse_duplicate_headers, require_json
from quen.http.idempotency import fingerprint, parse_idempotency_key
from quen.http.problems import CONTENT_TYPE, STATUSES, problem, problem_headers
from quen.http.validation import parse_body, parse_query
from quen.ledger.documents import Outcome
from quen.metrics import REFUSALS, REPLAYS, Figure
from quen.observability import cause_of
from quen.requests import refuse_oversize

C = TypeVar("C")
Input = TypeVar("Input")

Body = Mapping[str, Any]
Recognise = Callable[[GatewayRequest, str], C]
Handler = Callable[..., Body | Outcome]
Headers = dict[str, str | list[str]]

PATH_PARAMETER = re.compile(r"[A-Za-z0-9._~:-]{1,128}")
SECURE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""What every answer says to whoever stands between, and to a browser that was led here."""
KEY_HEADER = "idempotency-key"
ACCEPTED = 202
FAILED_FROM = 500


class Translation(Protocol):
    """How callers of one kind speak of things that the program names otherwise."""

    def read(self, caller: Any, asked: strict_json.Json) -> strict_json.Json:
        """What the caller asks, in the program's words; what means nothing stays as it is, and names nothing."""

    def write(self, caller: Any, answered: Body) -> Body:
        """The answer, in the caller's words."""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The input of a route that takes none: no query, and no body or an empty object."""


class Call(Struct, Generic[C, Input], frozen=True):
    """What a handler is given: who asks, and what for.

    `input` is the body, or for a reading route the query. `fingerprint` stands for all that was asked, the path included; a
    reading has none.
    """

    caller: C
    input: Input
    fingerprint: str = ""
    idempotency_key: str = ""
    request_id: str = ""


class Endpoint(Struct, frozen=True):
    """The declaration of one route. `errors` are the refusals of its own, besides those that its shape implies. `is_page`: it
    takes a form, answers with a page (`quen.http.pages`), and asks nobody who they are.
    """

    method: str
    path: str
    handler: Callable[..., Any]
    action: str
    answer: object
    status: int
    body: type[Any]
    query: type[msgspec.Struct]
    errors: Sequence[type[QuenError]]
    needs_key: bool
    may_wait: bool = False
    is_page: bool = False

    @property
    def statuses(self) -> tuple[int, ...]:
        """What a request that is not refused is answered with."""
        return (self.status, ACCEPTED) if self.may_wait else (self.status,)

    @property
    def not_found(self) -> type[QuenError]:
        """What a path that can name nothing is refused with."""
        return next((error for error in self.errors if issubclass(error, NotFoundError)), NotFoundError)


class Resource(Blueprint, Generic[C]):
    """The endpoints of one resource, for one kind of caller. `translation` is that of the API that serves it."""

    def __init__(self, import_name: str, recognise: Recognise[C]) -> None:
        super().__init__(import_name)
        self.endpoints: list[Endpoint] = []
        self.translation: Translation | None = None
        self._recognise = recognise

    def endpoint(
        self,
        method: str,
        path: str,
        *,
        answer: object,
        status: int = 200,
        action: str = "",
        body: type[Any] = Nothing,
        query: type[msgspec.Struct] = Nothing,
        errors: Sequence[type[QuenError]] = (),
        needs_key: bool = False,
        may_wait: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declare a route. `needs_key`: it moves value under the header `Idempotency-Key`; `may_wait`: a request may be
        accepted (202) and done only when somebody else says so.
        """

        def declare(handler: Handler) -> Handler:
            declared = Endpoint(method, path, handler, action, answer, status, body, query, errors, needs_key, may_wait)
            self.endpoints.append(declared)

            def view(**_path: str) -> Response:
                request = GatewayRequest.of(self.current_request.to_original_event())
                return respond(request, lambda: _perform(declared, self._recognise, self.translation, request))

            # Our own check answers 415, so Chalice's content types stay open.
            self.route(path, methods=[method], content_types=[], name=handler.__name__)(view)
            return handler

        return declare


def respond(request: GatewayRequest, perform: Callable[[], Response]) -> Response:
    """The answer to a request, a problem where it is refused; either way its line in the log says why."""
    try:
        response = perform()
    except QuenError as refused:
        error = _watched(request, refused)
        response = refusal(error, request.request_id)
        log_lines.say(code=error.code, cause=cause_of(error))
    except Exception as error:  # noqa: BLE001 - the boundary: nothing leaves as a traceback
        response = refusal(QuenError(), request.request_id)
        log_lines.say(code=QuenError.code)
        log_lines.fail(error)
    for tell in request.tellers:
        response.headers.update(tell())
    return response


def _watched(request: GatewayRequest, error: QuenError) -> QuenError:
    """The refusal, or what a watcher refuses instead."""
    try:
        for watch in request.watchers:
            watch(error)
    except QuenError as instead:
        return instead
    return error


def refusal(error: QuenError, request_id: str) -> Response:
    """The problem that answers a refused request."""
    headers: Headers = {"Content-Type": CONTENT_TYPE, **SECURE, **problem_headers(error)}
    content = msgspec.json.encode(problem(error, request_id)).decode()
    return Response(content, headers, STATUSES[error.code])


def as_if_alone(perform: Callable[[], Outcome], status: int, request_id: str) -> tuple[int, Body]:
    """For one of a batch: the status and the body that it would have been answered with in a request of its own."""
    try:
        return status, perform().result
    except QuenError as error:
        note_refused_item(error)
        return STATUSES[error.code], problem(error, request_id)


def note_refused_item(error: QuenError) -> None:
    """One of a batch was refused: the request is answered with 200 all the same, so its line has to tell, and where that is
    our own failure, count it.
    """
    log_lines.add(items_refused=1)
    if STATUSES[error.code] >= FAILED_FROM:
        log_lines.say(code=error.code, cause=cause_of(error))
        log_lines.count(Figure(REFUSALS, 1, "failed"))


def _perform(
    declared: Endpoint, recognise: Recognise[Any], translation: Translation | None, request: GatewayRequest
) -> Response:
    refuse_oversize(request.body)
    refuse_duplicate_headers(request)
    caller = recognise(request, declared.action)
    if not all(PATH_PARAMETER.fullmatch(value) for value in request.parameters.values()):
        raise declared.not_found
    call = _call(declared, caller, translation, request)
    result = declared.handler(call, **request.parameters)
    outcome = result if isinstance(result, Outcome) else Outcome(result)
    if translation:
        outcome = replace(outcome, result=translation.write(caller, outcome.result))
    return _answer(declared, outcome)


def _call(
    declared: Endpoint, caller: object, translation: Translation | None, request: GatewayRequest
) -> Call[Any, Any]:
    asked = parse_query(request.query, declared.query)
    value = _read_body(request, declared)
    # In the program's words before it is fingerprinted: a purchase is the same one alone and in a batch.
    value = translation.read(caller, value) if translation else value
    key = parse_idempotency_key(request.find_header(KEY_HEADER)) if declared.needs_key else ""
    given = parse_body(value, declared.body)
    return Call(
        caller=caller,
        input=given if declared.query is Nothing else asked,
        fingerprint="" if declared.method == "GET" else fingerprint(request.parameters, value),
        idempotency_key=key,
        request_id=request.request_id,
    )


def _answer(declared: Endpoint, outcome: Outcome) -> Response:
    headers: Headers = {"Content-Type": "application/json", **SECURE}
    if outcome.replayed:
        headers["Idempotent-Replayed"] = "true"
        log_lines.say(replayed=True)
        log_lines.count(Figure(REPLAYS, 1))
    status = ACCEPTED if outcome.is_waiting else declared.status
    return Response(msgspec.json.encode(outcome.result).decode(), headers, status)


def _read_body(request: GatewayRequest, declared: Endpoint) -> strict_json.Json:
    if not request.body and declared.body is Nothing:
        return {}
    require_json(request)
    return strict_json.parse(request.body)
