"""What a cold start costs: a fresh Python imports the built function and answers its first event, beside a bare DynamoDB
client that is opened and asked once.

Each process sees the built function, the built layers and the deployed function's settings only, as on Lambda, and speaks
to a stack that runs on this machine; nothing else runs. CPU time, Python's own start left out; floor and functions take
turns, and the best of several rounds counts, so that a busy machine does not change the ratio much. Every answer is looked
at (`cold_answers`): a function that fails is no figure but the end of the measurement.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from local.cold_answers import Event, fault_of
from local.cold_events import first_event
from local.connection import CREDENTIALS, aws_client
from local.deployment import BUILD, PROJECT
from local.emulator import free_port
from local.errors import LocalError
from local.running_stack import RunningStack
from local.stack import STACK_NAME, LocalStack
from local.template_reader import read_template

ROUNDS = 3
BARE = """
import os, botocore.session
client = botocore.session.get_session().create_client("dynamodb")
client.get_item(TableName=os.environ["LEDGER_TABLE"], Key={"PK": {"S": "MEMBER#mem_1"}, "SK": {"S": "ACCOUNT"}})
"""
FIRST_EVENT = """
import importlib, json
class Context:
    aws_request_id, function_name, function_version, memory_limit_in_mb = "first", "function", "1", 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:function"
    def get_remaining_time_in_millis(self): return 15000
module, name = os.environ["COLD_HANDLER"].rsplit(".", 1)
answer = getattr(importlib.import_module(module), name)(json.loads(os.environ["COLD_EVENT"]), Context())
print("\\n" + json.dumps(answer))
"""
PREPARE = "import os, sys; sys.path[:0] = os.environ['COLD_PATH'].split(':')\n"
# Lambda does not take its processes down in order, and nobody waits for that.
STOP = "\nsys.stdout.flush(); os._exit(0)"
LAYERS = (BUILD / "DependenciesLayer/python", BUILD / "QuenLayer/python")


@dataclass(frozen=True, slots=True)
class ColdStart:
    """A function's: CPU milliseconds, and those of the bare client."""

    function: str
    is_api: bool
    milliseconds: float
    floor: float

    @property
    def name(self) -> str:
        """As it is recorded: `mobile-api`, `expire-points-work`."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", self.function.removesuffix("Function"))
        return words.lower()

    @property
    def ratio(self) -> float:
        """How many times the bare client."""
        return self.milliseconds / self.floor


class Fresh:
    """A Python of its own for each measurement; `best` is the least CPU that it has taken."""

    def __init__(self, statement: str, environment: Mapping[str, str]) -> None:
        self._command = [sys.executable, "-I", "-S", "-B", "-c", PREPARE + statement + STOP]
        self._environment = {"PATH": os.environ["PATH"], **environment}
        self.best = float("inf")

    def run(self) -> None:
        """Once more. Raises LocalError where it fails."""
        self._run({})

    def _run(self, variables: Mapping[str, str]) -> str:
        """What it printed."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        environment = {**self._environment, **variables}
        done = subprocess.run(self._command, env=environment, check=False, capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise LocalError(f"a cold start failed: {done.stderr.strip() or done.stdout.strip()}")
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.best = min(self.best, 1000 * spent)
        return done.stdout


class FirstEvent(Fresh):
    """The same, of a function that is given an event, a new one each time."""

    def __init__(self, environment: Mapping[str, str], make_event: Callable[[], Event]) -> None:
        super().__init__(FIRST_EVENT, environment)
        self._make_event = make_event

    def run(self) -> None:
        """Once more. Raises LocalError where the answer is not the one that was to come."""
        event = self._make_event()
        *log, answer = self._run({"COLD_EVENT": json.dumps(event)}).strip().splitlines()
        lines = [json.loads(line) for line in log if line.startswith("{")]
        if fault := fault_of(event, json.loads(answer), lines):
            raise LocalError(f"the cold start of {self._environment['COLD_HANDLER']} is none: {fault}")


def measure() -> list[ColdStart]:
    """Every function's, on a stack of this hour."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with LocalStack(data, free_port(), is_kept=False), RunningStack.load(data) as stack:
            return _measured(stack)


def _measured(stack: RunningStack) -> list[ColdStart]:
    functions = _functions()
    settings = {name: _settings(stack, name, properties) for name, properties in functions.items()}
    python = Fresh("pass", {"COLD_PATH": ""})
    bare = Fresh(BARE, next(iter(settings.values())))
    fresh = {
        name: FirstEvent(settings[name], partial(first_event, stack, *_entry(properties)))
        for name, properties in functions.items()
    }
    for one in (python, bare, *fresh.values()):
        one.run()  # warms the disk
        one.best = float("inf")
    for _ in range(ROUNDS):
        for one in (python, bare, *fresh.values()):
            one.run()
    floor = bare.best - python.best
    return [ColdStart(name, _is_api(functions[name]), one.best - python.best, floor) for name, one in fresh.items()]


def _settings(stack: RunningStack, name: str, properties: Mapping[str, Any]) -> dict[str, str]:
    deployed = properties["FunctionName"]["Fn::Sub"].replace("${AWS::StackName}", STACK_NAME)
    configured = aws_client("lambda", stack.aws_endpoint).get_function_configuration(FunctionName=deployed)
    return {
        **configured["Environment"]["Variables"],
        **CREDENTIALS,
        "AWS_REGION": CREDENTIALS["AWS_DEFAULT_REGION"],
        "AWS_ENDPOINT_URL": stack.aws_endpoint,
        # A shop's own stack does not ask where its clock stands; a sandbox alone forgives that the issuer here has no TLS.
        "SANDBOX": str(_entry(properties)[0] == "authorize").lower(),
        "COLD_PATH": ":".join(map(str, (BUILD / name, *LAYERS))),
        "COLD_HANDLER": properties["Handler"],
    }


def _entry(properties: Mapping[str, Any]) -> tuple[str, str]:
    """The package, and the name of the handler in it."""
    package, _, name = properties["Handler"].rpartition(".")
    return package.partition(".")[0], name


def _functions() -> dict[str, Mapping[str, Any]]:
    template = read_template((PROJECT / "template.yaml").read_text("utf-8"))
    resources = template["Resources"].items()
    return {name: one["Properties"] for name, one in resources if one["Type"] == "AWS::Serverless::Function"}


def _is_api(properties: Mapping[str, Any]) -> bool:
    return any(event["Type"] == "Api" for event in properties.get("Events", {}).values())


def artefact_megabytes() -> Mapping[str, float]:
    """What is built for AWS or here, unzipped: the layers and all functions together."""
    parts: Mapping[str, Sequence[Path]] = {
        "dependencies": [LAYERS[0]],
        "library": [LAYERS[1]],
        "functions": [BUILD / name for name in _functions()],
    }
    return {name: sum(map(_size, folders)) / 1e6 for name, folders in parts.items()}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """One line for each function."""
    print("\nImport and first event in a fresh process, CPU ms, against a bare DynamoDB client\n")
    for one in sorted(measure(), key=lambda each: -each.ratio):
        print(f"  {one.function:<30} {one.milliseconds:6.0f} {one.floor:6.0f} {one.ratio:6.2f}")
    for name, megabytes in artefact_megabytes().items():
        print(f"  {name:<30} {megabytes:6.1f} MB")


if __name__ == "__main__":
    main()
