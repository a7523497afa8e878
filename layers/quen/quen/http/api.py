"""A Chalice app whose every answer is ours: what the framework would refuse in its own words becomes a problem.

Chalice answers an unknown path with 405, and a fault of its own with a body of its own; both are caught here. An app
serves one request at a time, as Lambda does: Chalice is not safe under threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from logging import LogRecord
from typing import Any

from chalice.app import Chalice, Response

from quen.errors import NotFoundError, QuenError
from quen.http.endpoint import FAILED_FROM, Endpoint, Resource, Translation, refusal, respond
from quen.http.errors import MethodNotAllowedError
from quen.http.gateway import GatewayRequest
from quen.log_lines import line, say
from quen.metrics import REFUSALS, REQUEST_DURATION, Figure
from quen.observability import logger

REFUSED_FROM = 400

_CLASSES = {
    401: "denied",
    403: "denied",
    404: "unknown",
    405: "unknown",
    410: "unknown",
    409: "refused",
    422: "refused",
    429: "limited",
}
"""Who asks may not; there is no such thing; it cannot be done now; too often. All others are faults of the request itself."""


class Api(Chalice):
    """One API: its resources, and the Lambda handler (an instance is called with the proxy event).

    A `translation` holds for all of them, so that none can be added that speaks otherwise.
    """

    def __init__(
        self, name: str, resources: Sequence[Resource[Any]], *, translation: Translation | None = None
    ) -> None:
        super().__init__(name, configure_logs=False)
        self.log.addFilter(_told_by_us)
        self.api.binary_types = []  # every answer is a text, and need not be compared with each type that is none
        self.translation = translation
        for resource in resources:
            resource.translation = translation
            self.register_blueprint(resource)
        self.endpoints: list[Endpoint] = [endpoint for resource in resources for endpoint in resource.endpoints]

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """The answer to one proxy event, in the shape that API Gateway wants, and one line in the log, whatever it is."""
        asked = event["requestContext"]
        # Of a path that is no route only the sender knows what is in it.
        route = asked["resourcePath"] if asked["resourcePath"] in self.routes else ""
        said = {"request_id": asked["requestId"], "method": asked["httpMethod"], "route": route}
        with line("request", api=self.app_name, **said, replayed=False) as writing:
            answer = self._answer(event, context)
            status = answer["statusCode"]
            writing.say(status=status)
            writing.count(*figures_of(asked["httpMethod"], status, writing.milliseconds))
        return answer

    def _answer(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        asked = event["requestContext"]
        methods = self.routes.get(asked["resourcePath"], {})
        if asked["httpMethod"] in methods:
            answer: dict[str, Any] = super().__call__(event, context)
            if _is_ours(answer):
                return answer
            say(code=QuenError.code)
            return _shape(refusal(QuenError(), asked["requestId"]))
        error = MethodNotAllowedError(methods) if methods else NotFoundError()
        return _shape(respond(GatewayRequest.of(event), lambda: _refuse(error)))


def figures_of(method: str, status: int, milliseconds: float) -> list[Figure]:
    """What the line of a request counts: how long it took, and why it was refused, if it was."""
    kind = "read" if method == "GET" else "write"
    took = Figure(REQUEST_DURATION, milliseconds, kind)
    return [took] if status < REFUSED_FROM else [took, Figure(REFUSALS, 1, refusal_class(status))]


def refusal_class(status: int) -> str:
    """The class of a refusal in the metrics: a few, because each is paid for; its code stands in the line."""
    return "failed" if status >= FAILED_FROM else _CLASSES.get(status, "faulty")


def _told_by_us(record: LogRecord) -> bool:
    """What Chalice would log (a path as it was sent, and an exception's words) is a line of ours instead."""
    error = record.exc_info[1] if record.exc_info else None
    logger().error("The framework caught a fault", exc_info=error)
    return False


def _refuse(error: QuenError) -> Response:
    raise error


def _is_ours(answer: dict[str, Any]) -> bool:
    return "Cache-Control" in answer["headers"]


def _shape(response: Response) -> dict[str, Any]:
    shape: dict[str, Any] = response.to_dict()
    return shape
