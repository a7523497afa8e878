"""Builds the dependencies layer from its lock: exact packages, no more of them than the functions load.

`--for aws`: wheels for Lambda's Python 3.13 on arm64, whatever this machine is. `--for host`: for this Python, so that
the local stack runs the same layer. Standard library only. A build is kept under `build/` and reused while the lock,
this file and the target stay the same.
"""

# ruff: noqa: INP001 - a script of the build, not a package

from __future__ import annotations

import argparse
import hashlib
import platform
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = HERE / "requirements.txt"
KEPT_BUILDS = HERE.parents[1] / "build" / "dependencies"

LAMBDA_PYTHON = "3.13"
LAMBDA_PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_28_aarch64", "manylinux_2_34_aarch64")

# What `chalice` the command line needs and `chalice.app` does not; what botocore and cffi are locked with and never load.
NOT_SHIPPED = frozenset(
    (
        "ansicon",
        "blessed",
        "boto3",
        "click",
        "editor",
        "inquirer",
        "jinxed",
        "packaging",
        "pycparser",
        "readchar",
        "runs",
        "s3transfer",
        "wcwidth",
        "xmod",
    )
)
CHALICE_RUNTIME = frozenset({"__init__.py", "app.py", "py.typed"})
ELF_64_LITTLE_ENDIAN = b"\x7fELF\x02\x01"
SERVICES_USED = frozenset({"dynamodb", "events", "s3", "secretsmanager", "sesv2", "sns", "sqs"})
NEVER_LOADED = (
    "bin",
    "cffi",
    "yaml/cyaml.py",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parser",
    "aws_lambda_powertools/utilities/streaming",
    "aws_lambda_powertools/utilities/validation",
    "phonenumbers/carrierdata",
    "phonenumbers/geodata",
    "phonenumbers/tzdata",
)


def locked_for_runtime(lock: str) -> str:
    """The lock without the packages that are not shipped; each keeps its hashes."""
    blocks: list[list[str]] = []
    for line in lock.splitlines():
        if not line.startswith((" ", "#")):
            blocks.append([])
        if blocks:
            blocks[-1].append(line)
    kept = [block for block in blocks if block[0].split("==")[0] not in NOT_SHIPPED]
    return "\n".join(line for block in kept for line in block) + "\n"


def pip_arguments(target: str) -> list[str]:
    """How pip is told which machine the packages are for."""
    if target == "host":
        return ["--prefer-binary"]
    platforms = [argument for name in LAMBDA_PLATFORMS for argument in ("--platform", name)]
    return [*platforms, "--python-version", LAMBDA_PYTHON, "--implementation", "cp", "--only-binary", ":all:"]


def install(target: str, into: Path) -> None:
    """Install exactly what the lock says into the folder."""
    with tempfile.TemporaryDirectory() as scratch:
        lock = Path(scratch, "requirements.txt")
        lock.write_text(locked_for_runtime(LOCK.read_text("utf-8")), "utf-8")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        exact = ["--no-deps", "--require-hashes", "--requirement", str(lock), "--target", str(into)]
        subprocess.run([*pip, *exact, *pip_arguments(target)], check=True)


def remove(paths: Iterable[Path]) -> None:
    """Remove files and folders; those already gone are no matter."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def drop_symbols(library: Path) -> None:
    """Cut off an ELF file (64 bits, little-endian) behind its last loaded byte: symbols and debugging data, a quarter of
    cryptography. The dynamic loader reads program headers only (System V ABI, chapter 5); the table of sections that pointed
    behind the cut is declared absent.
    """
    content = bytearray(library.read_bytes())
    if content[:6] != ELF_64_LITTLE_ENDIAN:
        return
    (first,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    segments = (struct.unpack_from("<IIQQQQ", content, first + size * number) for number in range(count))
    end = max(offset + filled for _, _, offset, _, _, filled in segments)
    struct.pack_into("<Q", content, 40, 0)  # where the sections' headers are
    struct.pack_into("<HH", content, 60, 0, 0)  # how many there are, and which one has their names
    library.write_bytes(content[:end])


def reduce(site: Path) -> None:
    """Drop what is never loaded: service models of other services, Chalice's command line, places of phone numbers,
    debugging symbols, YAML's second parser.
    """
    remove(site / name for name in NEVER_LOADED)
    remove(item for item in (site / "chalice").iterdir() if item.name not in CHALICE_RUNTIME)
    models = (item for item in (site / "botocore/data").iterdir() if item.is_dir())
    remove(item for item in models if item.name not in SERVICES_USED)
    remove(list((site / "botocore/data").glob("*/*/examples-1.json")))
    # Short numbers (emergency, directory) are nobody's phone; their list of regions is loaded, the regions are not.
    remove(list((site / "phonenumbers/shortdata").glob("region_*.py")))
    remove(list((site / "yaml").glob("_yaml*.so")))
    for library in site.rglob("*.so"):
        drop_symbols(library)
    remove(list(site.rglob("__pycache__")))
    remove(list(site.rglob("*.pyi")))
    # RECORD names files that are gone now.
    remove(list(site.glob("*.dist-info/RECORD")))


def kept_build(target: str) -> Path:
    """Where the build of this lock for this target is kept."""
    machine = LAMBDA_PYTHON if target == "aws" else f"{platform.python_version()}-{platform.machine()}-{sys.platform}"
    inputs = LOCK.read_bytes() + Path(__file__).read_bytes() + machine.encode()
    return KEPT_BUILDS / f"{target}-{hashlib.sha256(inputs).hexdigest()[:16]}"


def build(target: str, bytecode_python: str) -> Path:
    """The layer's `python` folder, built now or before."""
    sys.path.insert(0, str(HERE.parents[1] / "infra"))
    from package import compile_bytecode  # the one other file a build needs, found by its place

    kept = kept_build(target)
    if not kept.exists():
        KEPT_BUILDS.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=KEPT_BUILDS))
        try:
            install(target, fresh)
            reduce(fresh)
            compile_bytecode(fresh, bytecode_python)
            fresh.chmod(0o755)
            fresh.rename(kept)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return kept


def main() -> None:
    """`build.py --for aws|host --into DIR --bytecode PYTHON`: the layer, as `DIR/python`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--for", dest="target", choices=("aws", "host"), required=True)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--bytecode", required=True, metavar="PYTHON", help="the Python that will run it")
    arguments = parser.parse_args()
    shutil.copytree(build(arguments.target, arguments.bytecode), arguments.into / "python", dirs_exist_ok=True)


if __name__ == "__main__":
    main()
