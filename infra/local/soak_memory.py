"""How much memory the processes of a soak hold, and which of them are functions: read from /proc, so on Linux only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
KIBIBYTES_PER_MEBIBYTE = 1024


@dataclass(frozen=True, slots=True)
class Process:
    """One running function: its process, its name, what it holds in MiB."""

    process_id: int
    function: str
    mebibytes: int


def resident_mebibytes(process_id: int) -> int:
    """What a process holds; 0 where it has gone."""
    try:
        status = (PROC / str(process_id) / "status").read_text("utf-8")
    except OSError:
        return 0
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")] or ["VmRSS: 0 kB"]
    return int(line.split()[1]) // KIBIBYTES_PER_MEBIBYTE


def functions_of(emulator: int) -> list[Process]:
    """The functions that the emulator runs now."""
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit() and _parent(folder) == emulator and (name := _function(folder)):
            process_id = int(folder.name)
            found.append(Process(process_id, name, resident_mebibytes(process_id)))
    return found


def own_mebibytes() -> int:
    """What this process holds."""
    return resident_mebibytes(os.getpid())


def by_process(processes: list[Process]) -> dict[str, int]:
    """What each process holds, in MiB, by function and process: a function's next process begins anew."""
    return {f"{process.function}/{process.process_id}": process.mebibytes for process in processes}


def _parent(folder: Path) -> int:
    try:
        # The name in parentheses may hold blanks; the state and the parent stand behind it.
        return int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _function(folder: Path) -> str:
    try:
        variables = (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return ""
    prefix = b"AWS_LAMBDA_FUNCTION_NAME="
    return next((line.removeprefix(prefix).decode() for line in variables if line.startswith(prefix)), "")
