"""What a deployment into somebody's own account is made of: answers, revision, command, and what it costs while nobody buys.

Pure. What a parameter may say is what `template.yaml` says of it, so there is one place where that is written.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from local.errors import LocalError

Template = Mapping[str, Any]

# The name stands in every statement of a function's resource policy, which ends at 20 KB: the partner API's has room for
# this much.
STACK_NAME_MAX = 32
STACK_NAME = re.compile(rf"[a-z][a-z0-9-]{{0,{STACK_NAME_MAX - 1}}}")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
# Asked for where nobody said it; every other parameter has a default that is right for most.
ASKED = ("TokenIssuer", "TokenAudience", "TokenJwksUrl", "EmailFrom", "AlarmEmail", "MonthlyBudget")
DOMAINS = ("MobileDomain", "PartnerDomain", "AdminDomain")
NEVER_ASKED = frozenset({"Revision"})  # computed
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
# A stack's status before its first deployment, and where that has failed and was left as it was.
NEVER_WHOLE = frozenset({"", "REVIEW_IN_PROGRESS", "CREATE_FAILED", "UPDATE_FAILED"})
TAKEN_BACK = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"})
WENT_BACK = "UPDATE_ROLLBACK_COMPLETE"
HALF_BACK = "UPDATE_ROLLBACK_FAILED"
ONE_MACHINE = frozenset({"127.0.0.1", "localhost"})
COMMIT_DIGITS = 12
DIGEST_DIGITS = 10  # SAM tells versions by these

# US dollars a month, us-east-1, 2026-11; what AWS gives for nothing in the beginning is not taken off.
ALARM_USD = 0.10
DASHBOARD_USD = 3.00  # three a month would be free, but of at most 50 metrics each
SECRET_USD = 0.40
KEY_USD = 1.00
WEB_ACL = "AWS::WAFv2::WebACL"
WEB_ACL_USD = 5.00
WEB_ACL_RULE_USD = 1.00
# Five pollers of twenty seconds each ask an empty queue 15 times a minute; a million requests cost 0.40.
QUEUE_POLLING_USD = 15 * 60 * 24 * 30 * 0.40 / 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """Where it goes: one stack in one region."""

    stack: str
    region: str

    def check(self) -> None:
        """Raises LocalError in a sentence where AWS would refuse it later."""
        if not STACK_NAME.fullmatch(self.stack):
            raise LocalError(
                f'"{self.stack}" cannot be the stack\'s name: '
                f"1 to {STACK_NAME_MAX} small letters, digits and hyphens, a letter first."
            )
        if not REGION.fullmatch(self.region):
            raise LocalError(f'"{self.region}" is no region, such as ap-southeast-1.')


@dataclass(frozen=True, slots=True)
class Standing:
    """How a stack stands: its status ("" where there is none), and when it last changed."""

    status: str
    changed_at: str = ""


ABSENT = Standing("")


def flag_of(parameter: str) -> str:
    """`--token-issuer` for `TokenIssuer`."""
    return "--" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", parameter).lower()


def variable_of(parameter: str) -> str:
    """`QUEN_TOKEN_ISSUER` for `TokenIssuer`."""
    return "QUEN_" + flag_of(parameter)[2:].replace("-", "_").upper()


def settable(template: Template) -> list[str]:
    """The parameters that somebody may say something about."""
    return [name for name in template["Parameters"] if name not in NEVER_ASKED]


def fault_of(parameter: str, value: str, template: Template) -> str | None:
    """Why the parameter cannot have this value, in a sentence; None where it can."""
    declared = template["Parameters"][parameter]
    allowed = [str(choice) for choice in declared.get("AllowedValues", ())]
    if allowed:
        return None if value in allowed else f"{parameter} is one of {', '.join(allowed)}."
    is_wrong = not re.fullmatch(str(declared.get("AllowedPattern", ".*")), value)
    if declared["Type"] == "Number":
        bounds = int(declared.get("MinValue", 0)), int(declared.get("MaxValue", 10**9))
        is_wrong = not value.isdecimal() or not bounds[0] <= int(value) <= bounds[1]
    if "Default" not in declared and not value:
        is_wrong = True
    return f"{parameter}: {declared.get('ConstraintDescription', 'it is missing.')}" if is_wrong else None


def settled(template: Template, *sources: Mapping[str, str | None]) -> dict[str, str]:
    """What is known without asking: the first source that says something wins, then the template's default."""
    known: dict[str, str] = {}
    for name in settable(template):
        said = next((value for source in sources if (value := source.get(name)) is not None), None)
        default = template["Parameters"][name].get("Default")
        if said is not None or default is not None:
            known[name] = str(default if said is None else said)
    return known


def faults(answers: Mapping[str, str], template: Template) -> list[str]:
    """Everything that is wrong or missing, one sentence each."""
    found = [fault_of(name, answers.get(name, ""), template) for name in settable(template)]
    is_told = tells_somebody(answers)
    keys = urlsplit(answers.get("TokenJwksUrl", ""))
    if keys.scheme == "http" and keys.hostname not in ONE_MACHINE:
        found.append("TokenJwksUrl: over http:// whoever stands between could sign in as anybody; it is https://.")
    # The template's own Rules, which CloudFormation would ask minutes later.
    if int(answers.get("MonthlyBudget") or 0) and not is_told:
        found.append("MonthlyBudget: a budget needs somebody to tell; give AlarmEmail or AlarmTopicArn.")
    if answers.get("Deployment", "AllAtOnce") != "AllAtOnce" and not is_told:
        found.append("Deployment: in steps it goes back where an alarm rings; give AlarmEmail or AlarmTopicArn.")
    if any(answers.get(name) for name in DOMAINS) and not answers.get("CertificateArn"):
        found.append("CertificateArn: a domain needs a certificate.")
    return [fault for fault in found if fault]


def revision_of(sources: str, answers: Mapping[str, str], commit: str, standing: Standing = ABSENT) -> str:
    """Ten digits that differ whenever code, layers, templates or parameters do, then the commit.

    They differ too from those of a deployment that was taken back: its versions of functions stay, and Lambda refuses to
    publish once more what its last version holds already.
    """
    taken_back = [standing.changed_at] if standing.status == WENT_BACK else []
    digest = hashlib.sha256(json.dumps([sources, sorted(answers.items()), *taken_back]).encode()).hexdigest()
    return digest[:DIGEST_DIGITS] + commit[:COMMIT_DIGITS]


def deploy_arguments(target: Target, answers: Mapping[str, str], revision: str, *, is_confirmed: bool) -> list[str]:
    """What `sam` is called with; it shows the change set, and asks unless `is_confirmed`."""
    # Empty ones too: a parameter that is not named keeps the value of the last time.
    overrides = [f'ParameterKey={name},ParameterValue="{value}"' for name, value in answers.items()]
    return [
        *("deploy", "--template-file", "build/aws/template.yaml", "--stack-name", target.stack),
        *("--region", target.region, "--resolve-s3", "--s3-prefix", target.stack, "--capabilities", *CAPABILITIES),
        *("--no-fail-on-empty-changeset", "--no-confirm-changeset" if is_confirmed else "--confirm-changeset"),
        *("--tags", "application=quen", f"stack={target.stack}"),
        *("--parameter-overrides", *overrides, f"ParameterKey=Revision,ParameterValue={revision}"),
    ]


def failure_arguments(status: str) -> list[str]:
    """What SAM is told to do where the deployment fails. `status` is the stack's, "" where there is none.

    Raises LocalError where CloudFormation takes no more deployments.
    """
    if status in TAKEN_BACK:
        raise LocalError(
            f"the stack is {status}: its first deployment was taken back or it was deleted, and its tables are still there. "
            'See "Where the first deployment fails" in infra/guides/operators.md.'
        )
    if status.endswith("_IN_PROGRESS") and status not in NEVER_WHOLE:
        raise LocalError(f"the stack is {status}: somebody deploys it just now. Wait until that is over.")
    if status == HALF_BACK:
        raise LocalError(
            f"the stack is {status}: a deployment failed, and going back failed too. Its events say why; put that right, then "
            "`aws cloudformation continue-update-rollback --stack-name …`, and deploy again."
        )
    # Taken back, a first deployment would leave its tables behind, and the next one find their names taken: so what was
    # made stays, and the next deployment goes on from there. A stack that was whole once goes back to what it was.
    return ["--disable-rollback"] if status in NEVER_WHOLE else []


def quota_warning(concurrency: int, answers: Mapping[str, str]) -> str | None:
    """What to do where the account runs fewer functions at once than the stack's alarm watches for; None where it runs more.
    A new account may have 10.
    """
    watched = int(answers["LambdaConcurrencyAlarm"])
    if concurrency > watched:
        return None
    return (
        f"This account runs {concurrency} functions at once, its quota: LambdaConcurrencyAlarm={watched} never rings.\n"
        "Ask for more before customers come (Service Quotas: AWS Lambda, Concurrent executions), and set the alarm\n"
        "to four fifths of it."
    )


def tells_somebody(answers: Mapping[str, str]) -> bool:
    """Whether alarms have somebody to ring; without, only those on parked messages are made."""
    return bool(answers.get("AlarmEmail") or answers.get("AlarmTopicArn"))


def made_of(files: Iterable[str], answers: Mapping[str, str]) -> set[str]:
    """Those of the templates' files that a stack with these answers is made of."""
    is_told = tells_somebody(answers)
    has_web_acl = answers.get("WafRules") == "managed" and not answers.get("WebAclArn")
    conditional = {
        "account.yaml": False,  # a stack of its own
        "alarms.yaml": is_told,
        "saturation.yaml": is_told,
        "dashboard.yaml": answers.get("Graphs") != "false",
        "http_gateway.yaml": answers.get("Gateway") == "http",
        "waf.yaml": has_web_acl,
        "keys.yaml": answers.get("EncryptionKey") == "own",
    }
    return {file for file in files if conditional.get(file, True)}


def metrics_watched(resource: Mapping[str, Any]) -> int:
    """How many metrics an alarm is billed for: one, or all that it computes with. 0 for any other resource."""
    if resource["Type"] != "AWS::CloudWatch::Alarm":
        return 0
    return sum("MetricStat" in metric for metric in resource.get("Properties", {}).get("Metrics", ())) or 1


def idle_costs(templates: Mapping[str, Template], answers: Mapping[str, str]) -> dict[str, float]:
    """US dollars a month of what costs although nobody buys, by what it is. `templates` are all of them, by file."""
    made = made_of(templates, answers)
    is_told = tells_somebody(answers)
    resources = [
        one
        for file in made
        for one in templates[file]["Resources"].values()
        if is_told or one.get("Condition") != "HasTopic"
    ]
    kinds = [resource["Type"] for resource in resources]
    rules = [rule for one in resources if one["Type"] == WEB_ACL for rule in one["Properties"]["Rules"]]
    reading = [
        event
        for resource in resources
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if isinstance(event, Mapping) and event.get("Type") == "SQS"
    ]
    costs = {
        f"{kinds.count('AWS::CloudWatch::Alarm')} alarms": sum(map(metrics_watched, resources)) * ALARM_USD,
        f"asking {len(reading)} empty queues": len(reading) * QUEUE_POLLING_USD,
        "the master key's secret": kinds.count("AWS::SecretsManager::Secret") * SECRET_USD,
    }
    if dashboards := kinds.count("AWS::CloudWatch::Dashboard"):
        costs["a dashboard"] = dashboards * DASHBOARD_USD
    if rules:
        costs[f"a web ACL and its {len(rules)} rules"] = WEB_ACL_USD + len(rules) * WEB_ACL_RULE_USD
    return costs | ({"a key of its own": KEY_USD} if answers.get("EncryptionKey") == "own" else {})
