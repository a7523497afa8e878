"""What SAM makes of the template, as AWS would get it: versions, roles and how much of it there is."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.emulator import STACK_PYTHON

PROJECT = Path(__file__).parents[2]
# A template's quota, and what the canaries of one that is full must still find.
RESOURCES_MAX = 500

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By variant, the resources of the transformed template."""
    folder = tmp_path_factory.mktemp("transformed")
    variants = {
        "first": "Revision=aaaaaaaaaa1",
        "next": "Revision=bbbbbbbbbb1",
        "shifting": "Revision=aaaaaaaaaa1,Deployment=Canary10Percent5Minutes",
    }
    subprocess.run(
        [STACK_PYTHON, "-m", "local.transformed", *(f"{folder / name}.json,{said}" for name, said in variants.items())],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "infra")},
        check=True,
    )
    return {name: json.loads((folder / f"{name}.json").read_text("utf-8"))["Resources"] for name in variants}


def of_type(resources: Mapping[str, Any], kind: str) -> set[str]:
    return {name for name, resource in resources.items() if resource["Type"] == kind}


def test_a_new_revision_alone_publishes_a_version_of_every_function(made: dict[str, dict[str, Any]]) -> None:
    """A layer that changed is nothing that SAM sees: the revision says it."""
    versions = [of_type(made[name], "AWS::Lambda::Version") for name in ("first", "next")]
    functions = of_type(made["first"], "AWS::Lambda::Function")
    assert versions[0] & versions[1] == set()
    assert versions[0] == {f"{function}Versionaaaaaaaaaa" for function in functions}
    # Lambda refuses a version of a function in which nothing changed: its environment and description tell the revision.
    for function in functions:
        assert made["first"][function]["Properties"]["Description"].endswith(" aaaaaaaaaa1")


def test_callers_are_shifted_where_they_are_to_be_and_nowhere_else(made: dict[str, dict[str, Any]]) -> None:
    shifted = of_type(made["shifting"], "AWS::CodeDeploy::DeploymentGroup")
    functions = of_type(made["shifting"], "AWS::Lambda::Function")
    assert shifted == {f"{name}DeploymentGroup" for name in functions if not name.endswith("StartFunction")}
    for group in shifted:
        assert made["shifting"][group]["Properties"]["AlarmConfiguration"]["Enabled"] is True
    assert of_type(made["first"], "AWS::CodeDeploy::DeploymentGroup") == set()


def test_every_role_is_one_that_the_template_writes(made: dict[str, dict[str, Any]]) -> None:
    functions = of_type(made["first"], "AWS::Lambda::Function")
    assert of_type(made["first"], "AWS::IAM::Role") == {name.removesuffix("Function") + "Role" for name in functions}


def test_there_is_room_in_a_stack_for_what_there_is(made: dict[str, dict[str, Any]]) -> None:
    assert len(made["shifting"]) <= RESOURCES_MAX
