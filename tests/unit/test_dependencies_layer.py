"""What the build of the layer leaves out, and that what is left still works."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

BUILD = runpy.run_path(str(Path(__file__).parents[2] / "layers/dependencies/build.py"))


def libraries(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.rglob("*.so")}


def test_a_library_without_its_symbols_is_smaller_or_the_same_and_still_loads(tmp_path: Path) -> None:
    package = Path(msgspec.__file__).parent
    shutil.copytree(package, tmp_path / "msgspec", ignore=shutil.ignore_patterns("__pycache__"))
    for library in tmp_path.rglob("*.so"):
        BUILD["drop_symbols"](library)
    before, after = libraries(package), libraries(tmp_path)
    assert after
    assert all(after[name] <= before[name] for name in before)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import msgspec; print(msgspec.json.encode(msgspec.__file__))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout


def test_cutting_twice_changes_nothing_more(tmp_path: Path) -> None:
    [library] = list(Path(msgspec.__file__).parent.glob("_core*.so"))
    copy = tmp_path / "library.so"
    shutil.copy(library, copy)
    BUILD["drop_symbols"](copy)
    once = copy.read_bytes()
    BUILD["drop_symbols"](copy)
    assert copy.read_bytes() == once


def test_what_is_no_library_of_this_kind_is_left_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "other.so"
    other.write_bytes(b"\xcf\xfa\xed\xfe and so on")
    BUILD["drop_symbols"](other)
    assert other.read_bytes() == b"\xcf\xfa\xed\xfe and so on"
