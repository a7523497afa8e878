"""Makes the project's virtual environments from their locks: `.venv` to work in, `.venv-stack` for emulator and deploy tool.

Those that one verb alone needs are made when they are named: `python infra/local/environments.py .venv-audit`.
Runs before anything is installed, on the system's Python: standard library only. A stamp in each environment says which lock
it was made from, so a second run costs nothing. Where packages come from is pip's own configuration.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PYTHON_MIN = (3, 11)
PYTHONS_KNOWN = ("python3.13", "python3.14", "python3.12", "python3.11")
ENVIRONMENTS = {
    ".venv": "requirements/development.txt",
    ".venv-stack": "requirements/stack.txt",
    ".venv-audit": "requirements/audit.txt",
}
OF_EVERY_VERB = (".venv", ".venv-stack")
IMPORT_ROOTS = ("infra", "layers/quen", "functions")
REASON_LINES = 3
REPORT_SECONDS = 5


class SetupError(Exception):
    """One sentence on what is missing and what to do."""


def use_suitable_python() -> None:
    """Go on with a newer Python of this machine where this one is too old."""
    if sys.version_info >= PYTHON_MIN:
        return
    newer = next(filter(None, map(shutil.which, PYTHONS_KNOWN)), None)
    if newer is None:
        found = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(
            "Quen needs Python 3.11 or newer and found only " + found + "; install one and run make again."
        )
    os.execv(newer, [newer, *sys.argv])  # noqa: S606 - the same command under another Python


def stamp_of(lock: Path) -> str:
    """What an environment made now from this lock would be stamped with."""
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def make_environment(folder: Path, lock: Path) -> None:
    """Create and fill one environment, unless its stamp says that it is as it should be."""
    stamp = folder / "lock.sha256"
    if not (stamp.exists() and stamp.read_text("utf-8") == stamp_of(lock)) or was_moved(folder):
        report(f"{folder.name}: making it with Python {sys.version.split()[0]}")
        create(folder)
        install(folder, lock)
        stamp.write_text(stamp_of(lock), "utf-8")


def was_moved(folder: Path) -> bool:
    """Whether the environment was made in another place: its commands name their Python by its full path."""
    config = folder / "pyvenv.cfg"
    lines = config.read_text("utf-8").splitlines() if config.exists() else []
    made_by = next((line for line in lines if line.startswith("command = ")), None)
    return made_by is not None and not made_by.endswith((f" {folder}", f" {folder.resolve()}"))


def create(folder: Path) -> None:
    """An empty environment with pip."""
    # A folder that is there already is made anew: its Python may be another one.
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(folder)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SetupError(
            "Python's venv module does not work here; install it (on Debian and Ubuntu: apt install python3-venv) and run"
            " make again. It said: " + last_words(made.stdout + made.stderr)
        )


def install(folder: Path, lock: Path) -> None:
    """Install the lock, showing how far it is."""
    total = sum("==" in line for line in lock.read_text("utf-8").splitlines())
    started, seen, reported = time.monotonic(), 0, 0.0
    # --no-deps: the lock is complete; --require-hashes: and exact.
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    said: list[str] = []
    with subprocess.Popen(
        [*pip, "--no-deps", "--require-hashes", "--requirement", str(lock)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            seen += line.startswith("Collecting ")
            if sys.stderr.isatty() or time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                report(f"{folder.name}: {seen} of {total} packages")
    if process.returncode:
        raise SetupError(
            f"the packages of {folder.name} could not be installed; check the network or pip's own settings and run make"
            " again. pip said: " + last_words("".join(said))
        )
    report(f"{folder.name}: {total} packages ({time.monotonic() - started:.0f} s)", final=True)


def report(text: str, *, final: bool = False) -> None:
    """One line that rewrites itself on a terminal."""
    on_terminal = sys.stderr.isatty()
    print(
        ("\r" if on_terminal else "") + "  " + ("✓ " if final else "… ") + text + "  ",
        end="" if on_terminal and not final else "\n",
        file=sys.stderr,
        flush=True,
    )


def last_words(output: str) -> str:
    """What a failed tool said that matters: its errors, or else its end."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return " / ".join((errors or lines)[-REASON_LINES:])


def add_project(folder: Path, project: Path) -> None:
    """Put our packages on the environment's path, and the `quen` command into its bin: no build, edits are live."""
    site = next(folder.glob("lib/python3*/site-packages"))
    (site / "quen-project.pth").write_text("".join(f"{project / root}\n" for root in IMPORT_ROOTS), "utf-8")
    command = folder / "bin/quen"
    # The shell starts Python, to which that line is a text: a `#!` line would end at the first blank of a path.
    command.write_text(
        f"#!/bin/sh\n''''exec \"{folder}/bin/python\" \"$0\" \"$@\" # '''\n"
        "import sys\nfrom local.command import main\nsys.exit(main())\n",
        "utf-8",
    )
    command.chmod(0o755)


def main(project: Path = PROJECT, names: Sequence[str] = ()) -> int:
    """Make those environments, or those of every verb, that are not as their locks say."""
    try:
        use_suitable_python()
        for name in names or OF_EVERY_VERB:
            make_environment(project / name, project / ENVIRONMENTS[name])
        if not names:
            add_project(project / ".venv", project)
    except SetupError as error:
        print(f"quen: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(names=sys.argv[1:]))
