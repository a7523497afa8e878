"""House rules that a machine can check. Each names what to use instead."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LINES_MAX = 400
FUNCTION_LINES_MAX = 50
SUPPRESSIONS_PER_THOUSAND_LINES_MAX = 2
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "shared", "misc", "manager", "base"}


def _tracked() -> list[Path]:
    """Files of the project, those not yet added to git among them."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [PROJECT / line for line in listed if (PROJECT / line).is_file()]


FILES = _tracked()
PYTHON = [path for path in FILES if path.suffix == ".py"]
OURS = [path for path in PYTHON if path.relative_to(PROJECT).parts[0] in {"functions", "layers", "infra"}]
TEXTS = [path for path in FILES if path.suffix in {".md", ".yaml", ".toml"}]
HERE = "tests/contract/test_tidy.py"
MODELS = [path for path in OURS if path.stem == "model" or "model" in path.parts]


def _named(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def _lines(paths: list[Path], pattern: str) -> list[str]:
    found = re.compile(pattern)
    return [
        f"{_named(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if found.search(line)
    ]


def test_there_is_something_to_check() -> None:
    assert len(OURS) > 50
    assert len(MODELS) >= 8


@dataclass(frozen=True)
class Ban:
    """A pattern that may stand nowhere but where `allowed` says, and what to use instead."""

    pattern: str
    instead: str
    paths: list[Path]
    allowed: tuple[str, ...] = ()


BANS = (
    Ban(
        r"datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\(",
        "a quen.clock.Clock",
        OURS,
        ("layers/quen/quen/clock.py",),
    ),
    Ban(r"mock\.patch|@patch\(|monkeypatch\.setattr", "a fake that keeps the port's promise", PYTHON, (HERE,)),
    Ban(r"\bprint\(", "quen.observability.logger", OURS, ("infra/",)),
    Ban(r"except:|except \(?BaseException", "the errors that can happen", OURS),
    Ban(
        r"os\.environ|os\.getenv",
        "quen.settings.Settings",
        OURS,
        ("layers/quen/quen/bootstrap.py", "infra/", "layers/dependencies/"),
    ),
    # To Python and msgspec `$` also stands before a last line break. The program's document checks with \\Z what its
    # schema publishes with `$`, which ends a text there.
    Ban(
        r"""(?<![\\"'])\$\)*["']""",
        r"quen.http.bodies.whole for a rule of a body, fullmatch or \Z elsewhere",
        OURS,
        ("layers/quen/quen/program/document/values.py",),
    ),
    Ban(r"\bfloat\(|: float\b|-> float\b", "int or Fraction", MODELS),
    # A value of a model is one, and a model reads and writes no text.
    Ban(
        r"msgspec\.(json|msgpack|yaml|toml|convert|decode|encode)|import .*\b(json_schema|convert)\b",
        "msgspec.Struct alone",
        MODELS,
    ),
    Ban(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", "an issue", [*PYTHON, *TEXTS]),
    Ban(r"(?<![\w.])/(home|root|work|Users)/[a-z]", "a path of the project", [*PYTHON, *TEXTS], (HERE,)),
)


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.instead)
def test_what_is_banned_has_something_better(ban: Ban) -> None:
    found = [place for place in _lines(ban.paths, ban.pattern) if not place.startswith(ban.allowed)]
    assert not found, f"use {ban.instead}"


@pytest.mark.parametrize("path", PYTHON, ids=_named)
def test_a_room_has_at_most_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LINES_MAX


@pytest.mark.parametrize("path", OURS, ids=_named)
def test_a_function_fits_a_glance(path: Path) -> None:
    long = [
        f"{node.name} ({length} lines)"
        for node in _functions(path)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert not long


def test_files_have_names_that_say_something() -> None:
    assert not [_named(path) for path in PYTHON if VAGUE_NAMES & {*path.parts, path.stem}]


def test_suppressions_are_rare_and_reasoned() -> None:
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in OURS)
    marks = r"# (noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])"
    assert len(_lines(OURS, marks)) <= lines * SUPPRESSIONS_PER_THOUSAND_LINES_MAX // 1000
    assert not _lines(OURS, marks + "$"), "say why"
    assert not _lines(OURS, r"# (noqa|type: ignore)(?!:|\[)"), "name the rule"


def test_every_module_says_what_it_is_for() -> None:
    assert not [_named(path) for path in PYTHON if path.read_text("utf-8") and not _docstring(path)]


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text("utf-8")))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
