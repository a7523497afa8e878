"""An event on its way to a receiver of the worst kind, over real sockets: it is never lost, and goes nowhere else."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from quen.webhooks.model import DeliveryState, Result
from quen.webhooks.transport import PinnedTransport
from receivers import HOST, PUBLIC, answering, receiving, reset, server_context, trusting
from unit.webhooks.fakes import BODY, World

SHORT_SECONDS = 0.25


def hang(_connection: socket.socket) -> None:
    time.sleep(SHORT_SECONDS * 4)


class Noting:
    """Transports, the last of which makes all further attempts, and what came of each."""

    def __init__(self, *transports: PinnedTransport) -> None:
        self._transports = transports
        self.errors: list[str] = []

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Result:
        transport = self._transports[min(len(self.errors), len(self._transports) - 1)]
        result = transport.post(url, headers, body, now)
        self.errors.append(result.error)
        return result


def test_an_event_outlives_whatever_its_receiver_does_and_arrives_under_its_id() -> None:
    world = World()
    names = [*([PUBLIC] for _ in range(4)), ["127.0.0.1"], [PUBLIC, "::1"], [PUBLIC]]
    with receiving(answering(b"HTTP/1.1 204 No Content\r\n\r\n")) as inside:
        redirect = f"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:{inside.port}/\r\n\r\n".encode()
        answers = (b"HTTP/1.1 500 Oops\r\n\r\n", redirect, b"HTTP/1.1 204 No Content\r\n\r\n")
        behaviours = iter([hang, reset, *map(answering, answers)])

        def behave(connection: socket.socket) -> None:
            next(behaviours)(connection)

        def resolve(_host: str, _port: int) -> Sequence[str]:
            return names.pop(0)

        with receiving(behave, server_context()) as outside:

            def connect(address: str, port: int, timeout: float) -> socket.socket:
                assert (address, port) == (PUBLIC, 443)
                return socket.create_connection(("127.0.0.1", outside.port), timeout)

            patient = PinnedTransport(trusting, resolver=resolve, connector=connect)
            impatient = PinnedTransport(trusting, resolver=resolve, connector=connect, deadline_seconds=SHORT_SECONDS)
            world.sending._receivers = noting = Noting(impatient, patient)
            webhook_id = world.make(f"https://{HOST}/quen").webhook.webhook_id
            world.announce()
            world.work_for(days=4)
        assert inside.connections == 0
    refused = ["refused", "redirected", "address_refused", "address_refused"]
    assert noting.errors == ["timed_out", "connection_failed", *refused, ""]
    delivery = world.deliveries.kept[webhook_id, "evt_1"]
    assert (delivery.state, delivery.attempts, names) == (DeliveryState.DELIVERED, 7, [])
    assert len(outside.requests) == 5
    assert all(b"\r\nwebhook-id: evt_1\r\n" in request for request in outside.requests)
    assert {request.partition(b"\r\n\r\n")[2] for request in outside.requests} == {BODY}
