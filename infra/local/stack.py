"""The running local stack: emulator, deployed template, identity provider, demo data; one data directory holds it all."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from local.connection import FILE_NAME, LOCK_NAME, load_connection, write_private
from local.deployment import Deployment
from local.emulator import HOST, Emulator
from local.emulator_gaps import STAGE, EmulatorGaps
from local.errors import LocalError
from local.identity_provider import IdentityProvider
from local.mail_senders import confirm_program_sender, confirm_sender
from local.progress import step
from local.seed import Seed

STACK_NAME = "quen-local"
EMAIL_FROM = "hello@quen.example"
# What stands before the mobile and the partner API (template.yaml, `Gateway`); the admin API is a REST API always.
GatewayKind = Literal["rest", "http"]
# All that a start makes in its data directory; `--fresh` removes these and nothing else.
MADE_HERE = ("emulator", "identity", "tmp", "emulator.log", "deployed", "seed.json", FILE_NAME)


DEFAULT_PORT = 4566


def port_of(data: Path, wanted: int | None, *, fresh: bool) -> int:
    """Where AWS answers: as wanted, or where this data was made. What is deployed names its port, so it stays there.

    Raises LocalError where the two differ.
    """
    file = data / FILE_NAME
    made_on = None
    if file.is_file() and not fresh:
        with suppress(ValueError):  # a damaged file says nothing, and is written anew
            made_on = urlsplit(str(load_connection(data).get("aws_endpoint"))).port
    if wanted and made_on and wanted != made_on:
        raise LocalError(
            f"the data in {data} was made on port {made_on}; use that port, another --data DIR, or --fresh to begin anew."
        )
    return wanted or made_on or DEFAULT_PORT


class LocalStack:
    """Entering brings it up and answers when it is ready; leaving stops it in order and keeps the data,
    or where it is not to be kept, ends it at once. `variables`: see Emulator.
    """

    def __init__(
        self,
        data: Path,
        port: int | None = None,
        *,
        fresh: bool = False,
        is_kept: bool = True,
        variables: Mapping[str, str] | None = None,
        gateway: GatewayKind = "rest",
    ) -> None:
        self._data = data
        self._gateway = gateway
        self._port = port_of(data, port, fresh=fresh)
        self._fresh = fresh
        self._deployed_now = False
        self._running = ExitStack()
        self.emulator = Emulator(self._port, data, data=data / "emulator" if is_kept else None, variables=variables)
        self.connection: dict[str, Any] = {}

    def __enter__(self) -> Self:
        with self._running:
            self._own_the_data()
            provider = self._start()
            outputs = self._deploy(provider)
            self.connection = self._describe(outputs, provider)
            write_private(self._data / FILE_NAME, self.connection)
            self._running = self._running.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def _own_the_data(self) -> None:
        """One stack at a time on one data directory."""
        # Keys, secrets and members' data are in it.
        try:
            self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise LocalError(f"{self._data} cannot be the data directory: {error.strerror}.") from None
        lock = self._running.enter_context((self._data / LOCK_NAME).open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalError(
                f"Quen already runs on {self._data}; stop it there, or choose another --data DIR."
            ) from None
        if self._fresh:
            for name in MADE_HERE:
                path = self._data / name
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _start(self) -> IdentityProvider:
        with step("Starting AWS on this machine"):
            self._running.enter_context(self.emulator)
        provider = IdentityProvider(self._data)
        provider.serve(self._port + 1)
        self._running.callback(provider.close)
        return provider

    def _deploy(self, provider: IdentityProvider) -> dict[str, str]:
        parameters = {
            "TokenIssuer": provider.issuer,
            "TokenAudience": provider.audience,
            "TokenJwksUrl": provider.jwks_url,
            "PublicAuthority": f"{HOST}:{self._port}",
            "EmailFrom": EMAIL_FROM,
            "Gateway": self._gateway,
            "Sandbox": "true",
            "DeletionProtection": "false",
        }
        deployment = Deployment(STACK_NAME, self.emulator.endpoint, self._data / "deployed")
        self._deployed_now = not deployment.is_current(parameters)
        if self._deployed_now:
            with step("Building and deploying template.yaml"):
                deployment.deploy(parameters)
                gaps = EmulatorGaps(STACK_NAME, self.emulator.endpoint)
                gaps.close()
                gaps.lead_links_to(self._api_url("mobile", deployment.outputs()))
                confirm_sender(self.emulator.endpoint, EMAIL_FROM)
        return deployment.outputs()

    def _api_url(self, name: str, outputs: dict[str, str]) -> str:
        stage = f"/{STAGE}" if name == "admin" else self._path_prefix
        return f"{self.emulator.endpoint}/_aws/execute-api/{outputs[f'{name.capitalize()}ApiId']}{stage}"

    @property
    def _path_prefix(self) -> str:
        """What precedes /v1 in the mobile and the partner API: the HTTP APIs' stage has no path."""
        return f"/{STAGE}" if self._gateway == "rest" else ""

    def _describe(self, outputs: dict[str, str], provider: IdentityProvider) -> dict[str, Any]:
        urls = {name: self._api_url(name, outputs) for name in ("mobile", "partner", "admin")}
        seed = Seed(self._data, urls, provider)
        if self._deployed_now or not seed.is_planted:
            with step("Seeding the demo: Cà phê Quen"):
                seed.plant()
                confirm_program_sender(self.emulator.endpoint, seed.document())
        demo = seed.describe()
        signing = {"authority": urlsplit(self.emulator.endpoint).netloc, "path_prefix": self._path_prefix}
        return {
            **{f"{name}_url": url for name, url in urls.items()},
            "aws_endpoint": self.emulator.endpoint,
            "stack": STACK_NAME,
            "archive_bucket": outputs["ArchiveBucket"],
            "tables": {
                name: outputs[f"{name.capitalize()}Table"] for name in ("ledger", "members", "program", "messages")
            },
            "staff_token": seed.staff_token,
            "members": demo["members"],
            "partner": {**demo["partner"], **signing},
            "identity_url": provider.issuer,
            "outputs": outputs,
        }
