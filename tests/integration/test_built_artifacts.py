"""What is deployed stands alone: each built function imports with its layers and Python itself, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local import deployment
from local.template_reader import read_template

TEMPLATE = read_template((deployment.PROJECT / "template.yaml").read_text("utf-8"))
FUNCTIONS = {
    name: resource["Properties"]["Handler"]
    for name, resource in TEMPLATE["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}
SETTINGS = {
    name: value if isinstance(value, str) else "set"
    for name, value in TEMPLATE["Globals"]["Function"]["Environment"]["Variables"].items()
} | {"LOG_LEVEL": "INFO", "SANDBOX": "false", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
IMPORT = """
import importlib, json, sys
folders, module, name = json.loads(sys.argv[1])
sys.path[:0] = folders
assert callable(getattr(importlib.import_module(module), name))
"""
LEFT_OUT = ("client", "http/openapi.py")
AARCH64 = 183  # the machine number in an ELF header


@pytest.fixture(scope="session")
def built() -> Path:
    """The build that the local stack deploys."""
    with deployment.one_build_at_a_time():
        deployment.build()
    return deployment.BUILD


def import_alone(folders: list[Path], handler: str) -> subprocess.CompletedProcess[str]:
    """Import a handler in a Python that knows these folders and its own standard library: no site-packages (-I -S)."""
    module, name = handler.rsplit(".", 1)
    arguments = json.dumps([[str(folder) for folder in folders], module, name])
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", IMPORT, arguments],
        env={"PATH": os.environ["PATH"], **SETTINGS},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def layers(built: Path) -> list[Path]:
    return [built / "DependenciesLayer/python", built / "QuenLayer/python"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_imports_from_its_own_build_and_the_layers_alone(built: Path, function: str) -> None:
    imported = import_alone([built / function, *layers(built)], FUNCTIONS[function])
    assert imported.returncode == 0, imported.stderr


@pytest.mark.parametrize("layer", ["DependenciesLayer", "QuenLayer"])
def test_function_does_not_import_without_a_layer(built: Path, layer: str) -> None:
    """The negative control: what the test above takes away is really away."""
    remaining = [folder for folder in layers(built) if layer not in folder.parts]
    imported = import_alone([built / "MobileApiFunction", *remaining], FUNCTIONS["MobileApiFunction"])
    assert "ModuleNotFoundError" in imported.stderr


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_holds_its_own_package_only(built: Path, function: str) -> None:
    assert [item.name for item in (built / function).iterdir()] == [FUNCTIONS[function].split(".")[0]]


def test_layers_carry_neither_tests_nor_development_packages(built: Path) -> None:
    site = built / "DependenciesLayer/python"
    shipped = {path.name for path in site.iterdir()}
    assert not shipped & {"moto", "pytest", "mypy", "hypothesis", "inquirer", "click", "pip", "setuptools"}
    services = {path.name for path in (site / "botocore/data").iterdir() if path.is_dir()}
    assert services == {"dynamodb", "events", "s3", "secretsmanager", "sesv2", "sns", "sqs"}


def test_the_layer_carries_what_functions_need_and_no_tool_of_ours(built: Path) -> None:
    """Partners get the client, and developers the contract, from the project; a function's cold start pays for neither."""
    library = built / "QuenLayer/python/quen"
    for left_out in LEFT_OUT:
        assert (deployment.PROJECT / "layers/quen/quen" / left_out).exists()
        assert not (library / left_out).exists()
    assert (library / "py.typed").exists()
    assert (library / "http/endpoint.py").exists()


def package(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, deployment.PROJECT / "infra/package.py", *arguments, "--bytecode", sys.executable]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


def test_what_is_left_out_is_left_out_by_its_place_and_not_by_its_name(tmp_path: Path) -> None:
    for file in ("client/__init__.py", "http/client/__init__.py", "http/openapi.py", "openapi.py"):
        path = tmp_path / "house" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    without = ("--without", "client", "--without", "http/openapi.py")
    packed = package("house", tmp_path / "out", *without, cwd=tmp_path)
    assert packed.returncode == 0, packed.stderr
    kept = {path.relative_to(tmp_path / "out/house").as_posix() for path in (tmp_path / "out").rglob("*.py")}
    assert kept == {"http/client/__init__.py", "openapi.py"}


def test_leaving_out_what_is_not_there_fails_the_build(tmp_path: Path) -> None:
    """So that a module that moves does not slip back into what is deployed."""
    (tmp_path / "house").mkdir()
    packed = package("house", tmp_path / "out", "--without", "client", cwd=tmp_path)
    assert packed.returncode != 0
    assert "client" in packed.stderr


@pytest.mark.long
def test_the_build_for_aws_holds_arm64_binaries_only(tmp_path: Path) -> None:
    build: list[Any] = [sys.executable, deployment.PROJECT / "layers/dependencies/build.py"]
    subprocess.run([*build, "--for", "aws", "--into", tmp_path, "--bytecode", "python3.13"], check=True, timeout=600)
    binaries = list(tmp_path.rglob("*.so"))
    assert binaries
    machines = {int.from_bytes(binary.read_bytes()[18:20], "little") for binary in binaries}
    assert machines == {AARCH64}
