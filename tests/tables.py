"""The tables as the template declares them, created on any DynamoDB: one source for schema, tests and deployment."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import boto3
import moto  # before any client is opened, so that every client is one that it can stand in for
import yaml

from local.tables import TABLES, create_tables
from local.template_reader import SafeLoader

DATA_TEMPLATE = Path(__file__).parents[1] / "infra/data.yaml"


class _Intrinsics(SafeLoader):
    """Reads CloudFormation's tags as plain values."""


_Intrinsics.add_multi_constructor("!", lambda loader, _tag, node: _plain(loader, node))


def _plain(loader: SafeLoader, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


def load_template(path: Path) -> dict[str, Any]:
    """A CloudFormation template with its intrinsic functions as plain values."""
    template: dict[str, Any] = yaml.load(path.read_text("utf-8"), _Intrinsics)
    return template


@cache
def open_mocked() -> Any:
    """The client that all tests over moto's DynamoDB share: opening one takes longer than most of them."""
    assert moto
    return boto3.client(
        "dynamodb", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )


__all__ = ["DATA_TEMPLATE", "TABLES", "create_tables", "load_template", "open_mocked"]
