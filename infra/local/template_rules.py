"""The house's own rules for templates, over what SAM makes of them: `resources` is a template's, by logical id.

Each rule is a pure function that yields its faults; `infra/cfn_lint_rules/` lends them to cfn-lint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Resources = Mapping[str, Mapping[str, Any]]
# The logical id of what is at fault, and what is wrong with it.
Fault = tuple[str, str]

TIMEOUT_SECONDS_MAX = 900
PARKED_SECONDS = 14 * 24 * 3600
POLICIES_PER_ROLE_MAX = 10
REVISION_DIGITS = 10


def of_type(resources: Resources, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource of a type: (logical id, its properties)."""
    for logical_id, resource in resources.items():
        if resource["Type"] == kind:
            yield logical_id, dict(resource.get("Properties") or {})


def named(value: Any) -> str:
    """The logical id that a `Ref` or `Fn::GetAtt` names, whichever way it is spelt; empty for anything else."""
    if not isinstance(value, Mapping):
        return ""
    target = value.get("Ref") or value.get("Fn::GetAtt") or ""
    return str(target[0] if isinstance(target, list) else target).split(".", maxsplit=1)[0]


def function_faults(resources: Resources) -> Iterator[Fault]:
    """A function ends, runs on arm64, writes to a log group of the template and has a role of its own."""
    for function, properties in of_type(resources, "AWS::Lambda::Function"):
        timeout = properties.get("Timeout")
        if not isinstance(timeout, int) or timeout > TIMEOUT_SECONDS_MAX:
            yield function, "has no time-out of at most 900 seconds"
        if properties.get("Architectures") != ["arm64"]:
            yield function, "does not run on arm64"
        group = named(properties.get("LoggingConfig", {}).get("LogGroup"))
        if resources.get(group, {}).get("Type") != "AWS::Logs::LogGroup":
            yield function, "writes to a log group that this template does not make"
        role = named(properties.get("Role"))
        if role != function.removesuffix("Function") + "Role" or role not in resources:
            yield function, "has no role of its own, of the same name"


def version_faults(resources: Resources) -> Iterator[Fault]:
    """Callers reach a function by an alias, and a new revision is a new version, even where a layer alone has changed."""
    aliases = {
        named(properties["FunctionName"]): properties for _, properties in of_type(resources, "AWS::Lambda::Alias")
    }
    for function, properties in of_type(resources, "AWS::Lambda::Function"):
        if function not in aliases:
            yield function, "has no alias: AutoPublishAlias is missing"
            continue
        # SAM adds the revision that it was given to the description, and its first characters to the version's name.
        revision = str(properties.get("Description", "")).rpartition(" ")[2][:REVISION_DIGITS]
        if named(aliases[function]["FunctionVersion"]) != f"{function}Version{revision}":
            yield function, "publishes no version for a new revision: AutoPublishCodeSha256 is missing"
    for logical_id, target in callers(resources):
        if target in dict(of_type(resources, "AWS::Lambda::Function")):
            yield logical_id, f"calls {target} past its alias"


def callers(resources: Resources) -> Iterator[tuple[str, str]]:
    """What calls functions: (logical id, the logical id it calls)."""
    for kind in ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission"):
        for logical_id, properties in of_type(resources, kind):
            yield logical_id, named(properties["FunctionName"])
    for logical_id, properties in of_type(resources, "AWS::Events::Rule"):
        for target in properties.get("Targets", ()):
            yield logical_id, named(target["Arn"])


def queue_faults(resources: Resources) -> Iterator[Fault]:
    """A queue parks what fails in another, or is the one where it is parked; it is encrypted and keeps for two weeks."""
    queues = dict(of_type(resources, "AWS::SQS::Queue"))
    parking = {
        named(queue["RedrivePolicy"]["deadLetterTargetArn"]) for queue in queues.values() if "RedrivePolicy" in queue
    }
    for name, queue in queues.items():
        if "RedrivePolicy" not in queue and name not in parking and not name.endswith("FailedQueue"):
            yield name, "neither parks what fails nor is where it is parked"
        if queue.get("MessageRetentionPeriod") != PARKED_SECONDS:
            yield name, "does not keep messages for fourteen days"
        if not queue.get("SqsManagedSseEnabled") and not queue.get("KmsMasterKeyId"):
            yield name, "is not encrypted"


def table_faults(resources: Resources) -> Iterator[Fault]:
    """A table survives its stack, a mistake of this morning, and whoever would delete it."""
    for name, table in of_type(resources, "AWS::DynamoDB::Table"):
        if {resources[name].get(policy) for policy in ("DeletionPolicy", "UpdateReplacePolicy")} != {"Retain"}:
            yield name, "goes with its stack: DeletionPolicy and UpdateReplacePolicy are Retain"
        if table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled") is not True:
            yield name, "has no point-in-time recovery"
        if table.get("BillingMode") != "PAY_PER_REQUEST":
            yield name, "costs while nobody buys: BillingMode is PAY_PER_REQUEST"
        if not table.get("DeletionProtectionEnabled"):
            yield name, "is not protected against deletion"
        if table.get("SSESpecification", {}).get("SSEEnabled") is not True:
            yield name, "is not encrypted with a key that can be audited"


def log_group_faults(resources: Resources) -> Iterator[Fault]:
    """A log group ends, and lies under the stack's own key where there is one."""
    for name, group in of_type(resources, "AWS::Logs::LogGroup"):
        if not group.get("RetentionInDays"):
            yield name, "keeps its lines for ever: RetentionInDays is missing"
        if not group.get("KmsKeyId"):
            yield name, "does not know the stack's own key: KmsKeyId is missing"


def access_faults(resources: Resources) -> Iterator[Fault]:
    """No wildcard without its reason beside it, as in `Metadata: {Wildcards: {"sns:Publish": a phone number has no ARN}}`, and
    no policy of AWS without one, as in `Metadata: {PolicyOfAws: the service takes no other}`.
    """
    for name, document in policy_documents(resources):
        excused = (resources[name].get("Metadata") or {}).get("Wildcards") or {}
        for statement in statements(document):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            yield from ((name, f"allows {action}") for action in actions if "*" in action)
            if statement["Effect"] == "Allow" and statement["Resource"] == "*":
                yield from ((name, f"allows {action} on everything") for action in actions if action not in excused)
    for role, properties in of_type(resources, "AWS::IAM::Role"):
        policies = properties.get("ManagedPolicyArns", ())
        if len(policies) > POLICIES_PER_ROLE_MAX:
            yield role, f"has {len(policies)} managed policies; IAM's quota is {POLICIES_PER_ROLE_MAX}"
        is_excused = "PolicyOfAws" in (resources[role].get("Metadata") or {})
        if (
            role != "CodeDeployServiceRole" and not is_excused
        ):  # SAM's; CodeDeploy's own policy is what AWS says it needs
            yield from ((role, f"is given AWS's policy {arn}") for arn in policies if ":iam::aws:policy" in str(arn))


def policy_documents(resources: Resources) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every policy of roles and capabilities: (logical id, its document)."""
    for name, properties in of_type(resources, "AWS::IAM::ManagedPolicy"):
        yield name, properties["PolicyDocument"]
    for name, properties in of_type(resources, "AWS::IAM::Role"):
        for policy in properties.get("Policies", ()):
            yield name, policy["PolicyDocument"]


def statements(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A document's statements; of a conditional one both sides."""
    for statement in document["Statement"]:
        sides = statement["Fn::If"][1:] if "Fn::If" in statement else [statement]
        yield from (side for side in sides if "Effect" in side)
