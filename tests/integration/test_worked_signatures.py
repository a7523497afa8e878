"""The files that partners copy: each signs so that the verifier takes it, alone, with nothing of ours on its path."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.partner_vectors import OUTPUT
from quen.partners.model import Algorithm
from unit.partners.vectors import KEYS, VECTORS, signed_request, world_at

FOLDER = OUTPUT.parent
HMAC, ED25519, P256 = Algorithm.HMAC_SHA256, Algorithm.ED25519, Algorithm.ECDSA_P256_SHA256
PYTHON = ([sys.executable, "-I", "sign.py"], (HMAC, ED25519, P256), ())
NODE = (["node", "sign.mjs"], (HMAC, ED25519, P256), ("node",))
SHELL = (["sh", "sign.sh"], (HMAC, ED25519), ("sh", "openssl"))
WORKED = [
    pytest.param(command, algorithm, programs, id=f"{command[-1]}, {algorithm}")
    for command, algorithms, programs in (PYTHON, NODE, SHELL)
    for algorithm in algorithms
]


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here")


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A folder with a copy of the three files and nothing else."""
    for name in ("sign.py", "sign.mjs", "sign.sh"):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def arguments(folder: Path, vector: dict[str, Any], url: str) -> list[str]:
    """What one types for that vector, its files written."""
    key = KEYS[vector["key_id"]]
    (folder / "secret.txt").write_text(key.get("private_key") or f"{key['secret']}\n")
    typed = ["--url", url, "--key", key["key_id"], "--algorithm", key["algorithm"], "--secret", "secret.txt"]
    if "Idempotency-Key" in vector["headers"]:
        typed += ["--idempotency-key", vector["headers"]["Idempotency-Key"]]
    path = vector["path"].removeprefix("/live")
    body = []
    if vector["body"]:
        (folder / "body.json").write_text(vector["body"], "utf-8")
        body = ["body.json"]
    return [*typed, vector["method"], path, *body]


def run(folder: Path, command: list[str], typed: list[str]) -> str:
    done = subprocess.run([*command, *typed], cwd=folder, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def headers_in(printed: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in printed.splitlines())


def vectors_of(algorithm: Algorithm) -> list[dict[str, Any]]:
    return [vector for vector in VECTORS if KEYS[vector["key_id"]]["algorithm"] == algorithm]


@pytest.mark.parametrize(("command", "algorithm", "programs"), WORKED)
def test_a_worked_signature_is_taken_and_is_the_vector_s(
    alone: Path, command: list[str], algorithm: Algorithm, programs: tuple[str, ...]
) -> None:
    need(*programs)
    # The two that differ in all, and for keys that take longer the fuller one.
    plain, _, _, full, _ = vectors_of(algorithm)
    for vector in (plain, full) if algorithm is HMAC else (full,):
        fixed = ["--created", str(vector["created"]), "--nonce", vector["nonce"]]
        made = headers_in(run(alone, command, fixed + arguments(alone, vector, "https://API.quen.example/live/")))
        world_at(vector["created"]).partners.authenticate(signed_request(vector, made))
        if algorithm is not P256:
            assert made == vector["headers"]


class Receiver(http.server.BaseHTTPRequestHandler):
    """Verifies what arrives as the API does, and says whose it is."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.replace("/behind-a-proxy/", "/live/", 1)
        vector = {"method": self.command, "authority": "api.quen.example", "path": path, "body": body.decode()}
        created = int(self.headers["Signature-Input"].partition("created=")[2].partition(";")[0])
        caller = world_at(created).partners.authenticate(signed_request(vector, dict(self.headers.items())))
        content = caller.key_id.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Silent."""


@pytest.fixture
def url() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/behind-a-proxy"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("command", "programs"), [(PYTHON[0], ()), (NODE[0], NODE[2]), (SHELL[0], (*SHELL[2], "curl"))]
)
def test_each_sends_what_it_signed_behind_a_proxy_too(
    alone: Path, url: str, command: list[str], programs: tuple[str, ...]
) -> None:
    need(*programs)
    vector = vectors_of(ED25519)[2]
    sent = ["--send", "--authority", "api.quen.example", "--prefix", "/live", *arguments(alone, vector, url)]
    assert vector["key_id"] in run(alone, command, sent)


def test_nonces_are_new_and_times_are_now(alone: Path) -> None:
    typed = arguments(alone, vectors_of(HMAC)[0], "https://api.quen.example/live")
    first, second = (headers_in(run(alone, PYTHON[0], typed))["Signature-Input"] for _ in range(2))
    assert first.partition("nonce=")[2] != second.partition("nonce=")[2]
    assert abs(int(first.partition("created=")[2].partition(";")[0]) - time.time()) < 60


@pytest.mark.parametrize(("command", "programs"), [(kind[0], kind[2]) for kind in (PYTHON, NODE, SHELL)], ids=str)
def test_a_file_that_is_not_there_and_missing_arguments_are_told_in_one_line(
    alone: Path, command: list[str], programs: tuple[str, ...]
) -> None:
    need(*programs)
    typed = ["--url", "http://127.0.0.1:9", "--key", "key_x", "--algorithm", "hmac-sha256", "--secret", "nowhere.txt"]
    for arguments, status in (([*typed, "GET", "/v1/partner"], 1), ([], 2)):
        done = subprocess.run(
            [*command, *arguments], cwd=alone, capture_output=True, text=True, check=False, timeout=30
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        assert ("nowhere.txt" if status == 1 else "usage: ") in done.stderr
        assert len(done.stderr.splitlines()) == 1 or command[-1] == "sign.py"  # whose usage is argparse's own
