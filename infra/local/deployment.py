"""Builds and deploys `template.yaml` to the emulator with the ordinary SAM CLI; skipped where nothing changed since."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.connection import CREDENTIALS, REGION, aws_client
from local.errors import LocalError
from local.template_reader import read_template

PROJECT = Path(__file__).resolve().parents[2]
SAM = Path(os.environ.get("QUEN_STACK_PYTHON", PROJECT / ".venv-stack/bin/python")).with_name("sam")
BUILD = PROJECT / "build/local"
DEPLOYED_PARTS = ("template.yaml", "infra/*.yaml", "infra/package.py", "functions/**/*", "layers/**/*")
ARTIFACTS_BUCKET = "quen-artifacts"
STACK_STATES_USABLE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
REASON_LINES = 15
REVISION_DIGITS = 10  # which is what SAM looks at


class Deployment:
    """One stack in one emulator; `record` is the file that remembers what was deployed last."""

    def __init__(self, stack: str, endpoint: str, record: Path) -> None:
        self.stack = stack
        self._endpoint = endpoint
        self._record = record
        self._cloudformation = aws_client("cloudformation", endpoint)

    def is_current(self, parameters: Mapping[str, str]) -> bool:
        """Whether the stack is there and made of exactly the present files and parameters."""
        try:
            recorded = self._record.read_bytes()
        except FileNotFoundError:
            return False
        return recorded == fingerprint(parameters).encode() and self._state() in STACK_STATES_USABLE

    def _state(self) -> str:
        from botocore.exceptions import ClientError  # beside the client, which imports it anyway

        try:
            state: str = self._cloudformation.describe_stacks(StackName=self.stack)["Stacks"][0]["StackStatus"]
        except ClientError:
            return "ABSENT"
        return state

    def deploy(self, parameters: Mapping[str, str]) -> None:
        """Build the layers and functions for this machine, then create or update the stack."""
        current = fingerprint(parameters)
        settled = {**parameters, "Revision": f"{current[:REVISION_DIGITS]}local"}
        with one_build_at_a_time():
            build()
            template = settle_parameters(settled)
            aws_client("s3", self._endpoint).create_bucket(Bucket=ARTIFACTS_BUCKET)
            capabilities = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
            overrides = [f"ParameterKey={name},ParameterValue={value}" for name, value in settled.items()]
            run_sam(
                [
                    *("deploy", "--template-file", str(template), "--stack-name", self.stack),
                    *("--s3-bucket", ARTIFACTS_BUCKET, "--region", REGION, "--capabilities", *capabilities),
                    *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
                    *("--parameter-overrides", *overrides),
                ],
                {"AWS_ENDPOINT_URL": self._endpoint},
            )
        self._record.write_text(current, "utf-8")

    def outputs(self) -> dict[str, str]:
        """What the stack says about itself, by name."""
        stack = self._cloudformation.describe_stacks(StackName=self.stack)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def build() -> None:
    """`sam build` with the layers made for this Python and this processor; nothing where the last build is of these files."""
    made_of, files = BUILD.with_suffix(".made-of"), fingerprint({})
    if BUILD.is_dir() and made_of.is_file() and made_of.read_text("utf-8") == files:
        return
    made_of.unlink(missing_ok=True)
    run_sam(
        ["build", "--template", str(PROJECT / "template.yaml"), "--build-dir", str(BUILD), "--build-in-source"],
        {"QUEN_BUILD": "host", "QUEN_PYTHON": sys.executable, "QUEN_BYTECODE_PYTHON": sys.executable},
    )
    made_of.write_text(files, "utf-8")


def settle_parameters(parameters: Mapping[str, str]) -> Path:
    """The built template with the parameters as its defaults: the emulator's transform knows no others, and a version of a
    function is published where its revision changed.
    """
    template = read_template((BUILD / "template.yaml").read_text("utf-8"))
    for name, value in parameters.items():
        template["Parameters"][name]["Default"] = value
    settled = BUILD / "settled.json"
    settled.write_text(json.dumps(template), "utf-8")
    return settled


def run_sam(arguments: list[str], environment: Mapping[str, str]) -> None:
    """One SAM command, quietly; where it fails, what it said last."""
    own_settings = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    completed = subprocess.run(
        [SAM, *arguments],
        env={**own_settings, **CREDENTIALS, "AWS_CONFIG_FILE": os.devnull, "SAM_CLI_TELEMETRY": "0", **environment},
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if completed.returncode:
        reason = "\n".join(completed.stdout.strip().splitlines()[-REASON_LINES:])
        raise LocalError(f"`sam {arguments[0]}` failed; it said:\n{reason}")


def fingerprint(parameters: Mapping[str, str]) -> str:
    """One value for everything that makes the deployed stack what it is."""
    digest = hashlib.sha256(json.dumps([sys.version, dict(parameters)]).encode())
    files = {path for pattern in DEPLOYED_PARTS for path in PROJECT.glob(pattern) if is_source(path)}
    for path in sorted(files):
        digest.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_source(path: Path) -> bool:
    """A file somebody wrote, not one that Python or a tool left."""
    return path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"


@contextmanager
def one_build_at_a_time() -> Iterator[None]:
    """Two stacks of one working copy (a running one and a test's) share the build folder."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD.parent / "local.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
