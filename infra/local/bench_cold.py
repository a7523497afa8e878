"""What a cold start costs, function by function, beside a bare DynamoDB client.

Each import runs in a Python of its own that sees the built function and the built layers only, as on Lambda; CPU time,
the median of several, so that a busy machine does not change the answer much.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local.deployment import BUILD, PROJECT, build, one_build_at_a_time
from local.template_reader import read_template

RUNS = 7
BARE_CLIENT = (
    "import botocore.session; botocore.session.get_session().create_client('dynamodb', region_name='us-east-1')"
)
IMPORT = "import sys; sys.path[:0] = sys.argv[1].split(':'); {statement}"


def cpu_milliseconds(statement: str, folders: Sequence[Path]) -> float:
    """User and system time of one fresh Python that runs the statement."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    path = ":".join(map(str, folders))
    command = [sys.executable, "-I", "-S", "-B", "-c", IMPORT.format(statement=statement), path]
    subprocess.run(command, env={"PATH": os.environ["PATH"]}, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def median_cost(statement: str, folders: Sequence[Path]) -> float:
    """The middle one of several runs; the first warms the disk and is not counted."""
    cpu_milliseconds(statement, folders)
    return statistics.median(cpu_milliseconds(statement, folders) for _ in range(RUNS))


def main() -> None:
    """Build for this machine, then one line for each function."""
    with one_build_at_a_time():
        build()
    layers = [BUILD / "DependenciesLayer/python", BUILD / "QuenLayer/python"]
    python = median_cost("pass", [])
    bare = median_cost(BARE_CLIENT, layers) - python
    print("CPU to import, ms (Python's own start left out)\n")
    print(f"  {'a bare DynamoDB client':<32} {bare:6.0f}")
    template = read_template((PROJECT / "template.yaml").read_text("utf-8"))
    for name, function in template["Resources"].items():
        if function["Type"] == "AWS::Serverless::Function":
            module = function["Properties"]["Handler"].rsplit(".", 1)[0]
            cost = median_cost(f"import {module}", [BUILD / name, *layers]) - python
            print(f"  {name:<32} {cost:6.0f}")


if __name__ == "__main__":
    main()
