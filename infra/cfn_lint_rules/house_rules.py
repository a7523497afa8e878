"""Our own rules for cfn-lint, which is told of them by `--append-rules`. What they say is in `local.template_rules`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from local import template_rules
from local.template_rules import Fault, Resources


class _HouseRule:
    """One rule: what it looks for is `faults`, a function of a template's resources."""

    tags: ClassVar = ["quen"]
    source_url = "infra/local/template_rules.py"
    faults: Callable[[Resources], Iterator[Fault]]

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Every fault, at the resource that has it."""
        found = type(self).faults(cfn.template.get("Resources", {}))
        return [RuleMatch(["Resources", logical_id], f"{logical_id} {what}") for logical_id, what in found]


class Functions(_HouseRule, CloudFormationLintRule):
    """E9101."""

    id = "E9101"
    shortdesc = description = "Every function ends, runs on arm64, and has a log group and a role of its own"
    faults = staticmethod(template_rules.function_faults)


class Versions(_HouseRule, CloudFormationLintRule):
    """E9102."""

    id = "E9102"
    shortdesc = description = "Callers reach a function by its alias, and a new revision is a new version"
    faults = staticmethod(template_rules.version_faults)


class Queues(_HouseRule, CloudFormationLintRule):
    """E9103."""

    id = "E9103"
    shortdesc = description = "Every queue parks what fails or is where it is parked"
    faults = staticmethod(template_rules.queue_faults)


class Tables(_HouseRule, CloudFormationLintRule):
    """E9104."""

    id = "E9104"
    shortdesc = description = "Every table is kept, protected, encrypted and recoverable"
    faults = staticmethod(template_rules.table_faults)


class LogGroups(_HouseRule, CloudFormationLintRule):
    """E9105."""

    id = "E9105"
    shortdesc = description = "Every log group ends, and lies under the stack's own key"
    faults = staticmethod(template_rules.log_group_faults)


class Access(_HouseRule, CloudFormationLintRule):
    """E9106."""

    id = "E9106"
    shortdesc = description = "No wildcard without its reason, no policy of AWS, no more policies than a role takes"
    faults = staticmethod(template_rules.access_faults)
