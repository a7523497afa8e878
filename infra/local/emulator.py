"""One MiniStack process: AWS on this machine, on the loopback interface only."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from local.connection import CREDENTIALS, REGION
from local.emulator_state import check_state, forget_stream_positions
from local.errors import LocalError

HOST = "127.0.0.1"
START_SECONDS_MAX = 60
# It writes its state only then, and a busy machine takes a minute for that.
STOP_SECONDS_MAX = 600
POLL_SECONDS = 0.05
PROJECT = Path(__file__).resolve().parents[2]
STACK_PYTHON = Path(os.environ.get("QUEN_STACK_PYTHON", PROJECT / ".venv-stack/bin/python"))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether this process may listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


class Emulator:
    """Starts on entering, stops on leaving; with `data` its state is kept there, without it lives in memory.

    `variables` are put into its environment, and so into that of every function it runs.
    """

    def __init__(
        self, port: int, scratch: Path, *, data: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        self.port = port
        self.endpoint = f"http://{HOST}:{port}"
        self._scratch = scratch
        self._data = data
        self._variables = variables or {}
        self._log_path = scratch / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Answer when it answers; LocalError where it does not come up."""
        if not STACK_PYTHON.exists():
            raise LocalError("the emulator is not installed; run `make run` or `make test`, which set it up.")
        if not is_free(self.port):
            raise LocalError(
                f"port {self.port} is taken by another program; stop it or choose another, with data of its own:"
                f' make run ARGS="--port {(port := free_port())} --data .quen-{port}".'
            )
        temporary = self._scratch / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)  # what a killed emulator left behind
        temporary.mkdir(parents=True)
        if self._data:
            check_state(self._data)
            forget_stream_positions(self._data)
        # A session of its own: Ctrl-C reaches `quen serve` alone, which then stops things in order.
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [STACK_PYTHON, Path(__file__).with_name("emulator_process.py")],
                env=self._environment(temporary),
                cwd=self._scratch,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_healthy()

    def _environment(self, temporary: Path) -> dict[str, str]:
        """Nothing of the developer's own AWS settings or proxies reaches the emulator or the functions it runs."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
        state = {"PERSIST_STATE": "1", "STATE_DIR": str(self._data.resolve())} if self._data else {"PERSIST_STATE": "0"}
        return {
            **kept,
            **CREDENTIALS,
            **state,
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "TMPDIR": str(temporary.resolve()),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_PROXY": "*",
            # Listeners that Quen needs not, one of them on every interface.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            **self._variables,
        }

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if not self.is_running:
                break
            if self._answers():
                return
            time.sleep(POLL_SECONDS)
        self.stop()
        raise LocalError(f"the emulator did not start; its last words are in {self._log_path}.")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/_ministack/health")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int:
        """The process that runs the functions; LocalError where there is none."""
        if self._process is None:
            raise LocalError("the emulator is not running.")
        return self._process.pid

    def stop(self) -> None:
        """Ask it to write its state and end, or end it at once where it keeps none; nothing to do where it ended already."""
        process, self._process = self._process, None
        if process is None:
            return
        if self._data:
            process.terminate()
        else:
            process.kill()
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            if self._data:
                print(
                    f"quen: the emulator did not end within {STOP_SECONDS_MAX} s and was ended; what happened since this start"
                    f" may be missing in {self._data}.",
                    file=sys.stderr,
                )
        if process.stdin:
            process.stdin.close()
        shutil.rmtree(self._scratch / "tmp", ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
