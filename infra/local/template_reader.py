"""Reads CloudFormation templates: YAML with its short tags (`!Ref`, `!Sub` …), or JSON."""

from __future__ import annotations

import json
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader  # ten times as fast, where PyYAML was built with it
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment] # the same in Python


class _TemplateLoader(SafeLoader):
    """YAML in which `!GetAtt Table.Arn` is `{"Fn::GetAtt": "Table.Arn"}`."""


def _construct_tag(loader: SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    long_name = name if name in {"Ref", "Condition"} else f"Fn::{name}"
    if isinstance(node, yaml.MappingNode):
        return {long_name: loader.construct_mapping(node, deep=True)}
    if isinstance(node, yaml.SequenceNode):
        return {long_name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has no fourth kind; tells mypy so
    return {long_name: loader.construct_scalar(node)}


_TemplateLoader.add_multi_constructor("!", _construct_tag)


def read_yaml(text: str) -> Any:
    """A YAML text without tags of its own."""
    return yaml.load(text, SafeLoader)


def read_template(text: str) -> dict[str, Any]:
    """The template's document."""
    # JSON is YAML too, but a hundred times faster to read as what it is.
    document = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _TemplateLoader)  # noqa: S506 - safe
    return dict(document)
