"""`make audit-templates`: checkov over what SAM makes of every template, and cfn-lint over what is not the default.

Both take minutes, so neither is part of `make check`. checkov has an environment of its own, made the first time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from local.environments import SetupError, make_environment

PROJECT = Path(__file__).resolve().parents[2]
CHECKOV = PROJECT / ".venv-checkov"
LOCK = PROJECT / "requirements/checkov.txt"
STACK = PROJECT / ".venv-stack/bin"
UNUSUAL = (
    "Deployment=Canary10Percent5Minutes",
    "EncryptionKey=own",
    "Tracing=Active",
    "Gateway=http",
    "AccessLogs=true",
    "WafRules=managed",
    "AlarmEmail=ops@example.com",
)


def main() -> int:
    """0 where nothing is found; the tools say what."""
    try:
        make_environment(CHECKOV, LOCK)
    except SetupError as error:
        print(f"quen: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        lint = [
            str(STACK / "cfn-lint"),
            "--append-rules",
            "infra/cfn_lint_rules",
            "--parameters",
            *UNUSUAL,
            "--",
            "template.yaml",
        ]
        checkov = [str(CHECKOV / "bin/checkov"), "--config-file", ".checkov.yaml", "--directory", folder]
        write_transformed(Path(folder))
        return max(run(lint), run(checkov))


def write_transformed(folder: Path) -> None:
    """Every template as AWS would see it: the main one both ways, the nested ones as they are."""
    variants = [f"{folder}/template.json", ",".join((f"{folder}/template-unusual.json", *UNUSUAL))]
    transform = [str(STACK / "python"), "-m", "local.transformed", *variants]
    subprocess.run(transform, cwd=PROJECT, env=environment(), check=True)
    for nested in (PROJECT / "infra").glob("*.yaml"):
        shutil.copy(nested, folder)


def environment() -> dict[str, str]:
    """Our own modules are found, and nobody is told of it."""
    return os.environ | {"PYTHONPATH": str(PROJECT / "infra"), "BC_SKIP_MAPPING": "TRUE", "LOG_LEVEL": "ERROR"}


def run(command: list[str]) -> int:
    """One tool, whose findings are its output: 1 where it has any."""
    return int(bool(subprocess.run(command, cwd=PROJECT, env=environment(), check=False).returncode))


if __name__ == "__main__":
    sys.exit(main())
