"""A Chalice app whose every answer is ours: what the framework would refuse in its own words becomes a problem.

Chalice answers an unknown path with 405, and a fault of its own with a body of its own; both are caught here. An app
serves one request at a time, as Lambda does: Chalice is not safe under threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from logging import LogRecord
from typing import Any

from chalice.app import Chalice, Response

from quen.errors import NotFoundError, QuenError
from quen.http.endpoint import Endpoint, Resource, Translation, refusal, respond
from quen.http.errors import MethodNotAllowedError
from quen.http.gateway import GatewayRequest
from quen.observability import logger


class Api(Chalice):
    """One API: its resources, and the Lambda handler (an instance is called with the proxy event).

    A `translation` holds for all of them, so that none can be added that speaks otherwise.
    """

    def __init__(
        self, name: str, resources: Sequence[Resource[Any]], *, translation: Translation | None = None
    ) -> None:
        super().__init__(name, configure_logs=False)
        self.log.addFilter(_told_by_us)
        self.translation = translation
        for resource in resources:
            resource.translation = translation
            self.register_blueprint(resource)
        self.endpoints: list[Endpoint] = [endpoint for resource in resources for endpoint in resource.endpoints]

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        """The answer to one proxy event, in the shape that API Gateway wants."""
        asked = event["requestContext"]
        methods = self.routes.get(asked["resourcePath"], {})
        if asked["httpMethod"] in methods:
            answer: dict[str, Any] = super().__call__(event, context)
            return answer if _is_ours(answer) else _shape(refusal(QuenError(), asked["requestId"]))
        error = MethodNotAllowedError(methods) if methods else NotFoundError()
        request = GatewayRequest.of(event)
        # Of a path that is no route only the sender knows what is in it.
        request = request if methods else replace(request, template="")
        return _shape(respond(request, lambda: _refuse(error)))


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
