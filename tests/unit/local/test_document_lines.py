"""A fault of a program document is told by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.command import main
from local.document_lines import DocumentLines

YAML = b"""# A comment first.
program:
  id: x
earning:
  - {id: base,
     per: 0}
  - id: more
    when:
      weekday: [mon]
program: {id: y}
"""
JSON = b'{\n "program": {"id": "x"},\n "earning": [\n  {"id": "base"},\n  {"id": "more"}\n ]\n}\n'


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("/earning", 4),
        ("/earning/0", 5),
        ("/earning/0/per", 6),
        ("/earning/1/when/weekday/0", 9),
        ("/earning/1/points", 7),  # what is missing is told where the rule begins
        ("/earning/7", 4),
        ("/nothing", 2),
        ("", 2),
        ("/program", 10),  # the second of one name is the one too much
    ],
)
def test_a_pointer_has_the_line_of_its_member_or_of_what_should_hold_it(pointer: str, line: int) -> None:
    assert DocumentLines(YAML).of(pointer) == line


def test_json_has_lines_too() -> None:
    assert DocumentLines(JSON).of("/earning/1/id") == 5


@pytest.mark.parametrize("text", [b"a: [", b"\xff\xfe\xfa", b"a: *nothing", b"", b"[" * 5000])
def test_what_cannot_be_read_has_no_lines(text: bytes) -> None:
    assert DocumentLines(text).of("/a") is None


def test_validate_names_file_line_and_pointer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = Path(__file__).parents[3] / "infra/local/programs/ca-phe-quen.yaml"
    text = document.read_text("utf-8").replace("per: 10000}", "per: 0}")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "per: 0}" in row)
    file = tmp_path / "my.yaml"
    file.write_text(text, "utf-8")
    assert main(["program", "validate", str(file)]) == 1
    assert capsys.readouterr().err == f"{file}:{line}: /earning/0/per: The number is at least 1. [out_of_range]\n"


def test_what_cannot_be_read_is_told_by_file_and_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "my.json"
    file.write_text('{"program": {},\n "points" 1}', "utf-8")
    assert main(["program", "validate", str(file)]) == 1
    assert capsys.readouterr().err == f"{file}: The JSON cannot be read (line 2, column 11). [malformed]\n"
