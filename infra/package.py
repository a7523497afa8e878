"""Copies one of our packages into a build, with bytecode that Python trusts without looking at the source.

Standard library only, and any Python from 3.9 on: it runs before anything of ours is installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

# Lambda unpacks files with their own times, so bytecode is marked valid by itself: a cold start saves 100 to 400 ms.
COMPILE = ("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash")


def copy_package(package: Path, into: Path, without: Sequence[str] = ()) -> Path:
    """The package's files, without caches and the places named in `without`; answers where they are.

    Raises FileNotFoundError where such a place is not there: what has moved must not be deployed by the way.
    """
    left_out = {package / place for place in without}
    for place in left_out:
        place.stat()

    def ignored(folder: str, names: list[str]) -> set[str]:
        return {
            name for name in names if name == "__pycache__" or name.endswith(".pyc") or Path(folder, name) in left_out
        }

    target = into / package.name
    shutil.copytree(package, target, ignore=ignored, dirs_exist_ok=True)
    return target


def compile_bytecode(folder: Path, python: str) -> bool:
    """Compile in place with the Python that will run it; False where that Python is not on this machine."""
    interpreter = shutil.which(python)
    # A version manager may leave a name on the path behind which there is nothing.
    if interpreter is None or subprocess.run([interpreter, "-c", ""], capture_output=True, check=False).returncode:
        return False
    # -s keeps this machine's paths out of the bytecode.
    subprocess.run([interpreter, *COMPILE, "-s", str(folder), str(folder)], check=True)
    return True


def main() -> None:
    """`package.py NAME INTO`: copy the package NAME of the working directory into the folder INTO."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("into", type=Path)
    parser.add_argument("--without", action="append", default=[], metavar="PLACE", help="a file or folder to leave out")
    parser.add_argument("--bytecode", required=True, metavar="PYTHON", help="the Python that will run it")
    arguments = parser.parse_args()
    copied = copy_package(arguments.package, arguments.into, arguments.without)
    if not compile_bytecode(copied, arguments.bytecode):
        print(f"{arguments.bytecode} is not here: {copied.name} is packed without bytecode.")


if __name__ == "__main__":
    main()
