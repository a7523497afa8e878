"""`make deploy` says what is wrong before AWS does, and changes the revision with anything that is deployed."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.deploy_plan import (
    DIGEST_DIGITS,
    STACK_NAME_MAX,
    Standing,
    Target,
    deploy_arguments,
    failure_arguments,
    fault_of,
    faults,
    flag_of,
    idle_costs,
    made_of,
    quota_warning,
    revision_of,
    settled,
    variable_of,
)
from local.deploying import parser
from local.errors import LocalError
from local.template_reader import read_template

PROJECT = Path(__file__).parents[2]
TEMPLATE = read_template((PROJECT / "template.yaml").read_text("utf-8"))
NEEDED = {"TokenIssuer": "https://id.example", "TokenAudience": "quen", "TokenJwksUrl": "https://id.example/keys"}


def test_what_has_no_default_is_all_that_must_be_said() -> None:
    assert faults(settled(TEMPLATE, NEEDED), TEMPLATE) == []
    missing = [fault.split(":")[0] for fault in faults(settled(TEMPLATE, {}), TEMPLATE)]
    assert missing == ["TokenIssuer", "TokenAudience", "TokenJwksUrl"]


@pytest.mark.parametrize(
    ("parameter", "value", "is_right"),
    [
        ("TokenIssuer", "with spaces", False),
        ("TokenJwksUrl", "id.example/keys", False),
        ("PublicAuthority", "", True),
        ("PublicAuthority", "partners.shop.example", True),
        ("PublicAuthority", "127.0.0.1:4566", True),
        ("PublicAuthority", "https://partners.shop.example", False),
        ("MobileUrl", "https://shop.example/live", True),
        ("MobileUrl", "https://shop.example/live/", False),
        ("EmailFrom", "hello@shop.example", True),
        ("EmailFrom", "Shop <hello@shop.example>", False),
        ("ZaloSecretArn", "arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:zalo-AbCdEf", True),
        ("ZaloSecretArn", "zalo", False),
        ("AlarmTopicArn", "arn:aws:sns:ap-southeast-1:123456789012:ops", True),
        ("AlarmTopicArn", "ops", False),
        ("LogRetentionDays", "90", True),
        ("LogRetentionDays", "91", False),
        ("EncryptionKey", "own", True),
        ("EncryptionKey", "mine", False),
        ("Tracing", "Active", True),
        ("Deployment", "Canary10Percent5Minutes", True),
        ("Deployment", "Slowly", False),
        ("MonthlyBudget", "50", True),
        ("MonthlyBudget", "-1", False),
        ("MonthlyBudget", "1.50", False),
        ("MonthlyBudget", "1000001", False),
    ],
)
def test_a_parameter_may_say_what_the_template_says_it_may(parameter: str, value: str, is_right: bool) -> None:
    assert (fault_of(parameter, value, TEMPLATE) is None) is is_right


@pytest.mark.parametrize(
    ("said", "lacks", "enough", "rule"),
    [
        ({"MonthlyBudget": "50"}, "MonthlyBudget", {"AlarmEmail": "ops@shop.example"}, "BudgetTellsSomebody"),
        (
            {"Deployment": "Canary10Percent5Minutes"},
            "Deployment",
            {"AlarmTopicArn": "arn:aws:sns:eu-west-1:123456789012:ops"},
            "ShiftedDeploymentsAreWatched",
        ),
        (
            {"AdminDomain": "admin.shop.example"},
            "CertificateArn",
            {"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1"},
            "DomainsHaveACertificate",
        ),
    ],
)
def test_what_goes_together_is_asked_for_before_the_template_would(
    said: dict[str, str], lacks: str, enough: dict[str, str], rule: str
) -> None:
    answers = settled(TEMPLATE, NEEDED | said)
    assert [fault.split(":")[0] for fault in faults(answers, TEMPLATE)] == [lacks]
    assert faults(answers | enough, TEMPLATE) == []
    assert rule in TEMPLATE["Rules"]


def test_every_rule_of_the_template_is_asked_before() -> None:
    assert {*TEMPLATE["Rules"]} == {"BudgetTellsSomebody", "ShiftedDeploymentsAreWatched", "DomainsHaveACertificate"}


def test_a_flag_wins_over_the_environment_and_that_over_the_last_time() -> None:
    flags, environment, remembered = (
        {"LogLevel": "DEBUG"},
        {"LogLevel": "WARN", "Sandbox": "true"},
        {"Sandbox": "false"},
    )
    found = settled(TEMPLATE, flags, environment, remembered | {"Gone": "a parameter of an older template"})
    assert (found["LogLevel"], found["Sandbox"], found["DeletionProtection"]) == ("DEBUG", "true", "true")
    assert "Gone" not in found
    assert (flag_of("TokenJwksUrl"), variable_of("TokenJwksUrl")) == ("--token-jwks-url", "QUEN_TOKEN_JWKS_URL")


def test_every_parameter_has_a_flag_and_is_described_for_who_deploys() -> None:
    helped = " ".join(parser(TEMPLATE).format_help().split())
    for name, declared in TEMPLATE["Parameters"].items():
        assert declared["Description"]
        assert (flag_of(name) in helped) is (name != "Revision")
    grouped = [name for group in interface() for name in group["Parameters"]]
    assert sorted(grouped) == sorted(TEMPLATE["Parameters"])


def interface() -> list[dict[str, list[str]]]:
    groups: list[dict[str, list[str]]] = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    return groups


def test_the_revision_changes_with_the_sources_and_with_the_parameters_where_sam_looks() -> None:
    """A version is published where the first ten characters differ; they must do so in a dirty tree too."""
    answers = settled(TEMPLATE, NEEDED)
    first = revision_of("sources", answers, "0f" * 20)
    assert first == revision_of("sources", dict(reversed(answers.items())), "0f" * 20)
    others = [
        revision_of("other sources", answers, "0f" * 20),
        revision_of("sources", answers | {"LogLevel": "DEBUG"}, "0f" * 20),
    ]
    assert len({one[:DIGEST_DIGITS] for one in (first, *others)}) == 3
    for revision in (first, revision_of("sources", answers, "")):
        assert fault_of("Revision", revision, TEMPLATE) is None


def test_what_was_taken_back_is_deployed_again_as_another_revision() -> None:
    """Its versions of functions stay, and Lambda publishes nothing that its last version holds: "A version … exists"."""
    answers = settled(TEMPLATE, NEEDED)

    def after(status: str, day: str = "26") -> str:
        return revision_of("sources", answers, "0f" * 20, Standing(status, f"2026-11-{day}T00:00:00Z"))

    first = revision_of("sources", answers, "0f" * 20)
    assert {after("UPDATE_COMPLETE"), after("CREATE_FAILED")} == {first}  # what was made stays, and is not made again
    again = [after("UPDATE_ROLLBACK_COMPLETE", day) for day in ("26", "27")]
    assert len({one[:DIGEST_DIGITS] for one in (first, *again)}) == 3


def test_sam_is_told_every_parameter_because_one_that_is_left_out_keeps_its_last_value() -> None:
    arguments = deploy_arguments(Target("quen", "ap-southeast-1"), settled(TEMPLATE, NEEDED), "abc", is_confirmed=True)
    told = {
        argument.split(",")[0].removeprefix("ParameterKey=") for argument in arguments if "ParameterKey" in argument
    }
    assert told == {*TEMPLATE["Parameters"]}
    assert 'ParameterKey=EmailFrom,ParameterValue=""' in arguments
    assert "--no-confirm-changeset" in arguments
    asking = deploy_arguments(Target("quen", "ap-southeast-1"), settled(TEMPLATE, NEEDED), "abc", is_confirmed=False)
    assert "--confirm-changeset" in asking


@pytest.mark.parametrize(
    ("stack", "region", "is_right"),
    [
        ("quen", "ap-southeast-1", True),
        ("q" * STACK_NAME_MAX, "us-gov-west-1", True),
        ("q" * (STACK_NAME_MAX + 1), "us-east-1", False),
        ("Quen", "us-east-1", False),
        ("quen", "Singapore", False),
    ],
)
def test_a_stack_is_named_so_that_its_functions_can_be(stack: str, region: str, is_right: bool) -> None:
    longest = max(len(name.removeprefix("${AWS::StackName}")) for name in function_names())
    assert STACK_NAME_MAX + longest <= 64
    if is_right:
        Target(stack, region).check()
    else:
        with pytest.raises(LocalError):
            Target(stack, region).check()


@pytest.mark.parametrize("status", ["", "REVIEW_IN_PROGRESS", "CREATE_FAILED", "UPDATE_FAILED"])
def test_a_first_deployment_that_fails_is_not_taken_back_because_its_tables_would_stay(status: str) -> None:
    assert failure_arguments(status) == ["--disable-rollback"]


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_that_was_whole_once_goes_back_to_what_it_was(status: str) -> None:
    assert failure_arguments(status) == []


def test_a_stack_that_takes_no_more_deployments_is_refused_before_anything_is_built() -> None:
    with pytest.raises(LocalError, match="the stack is ROLLBACK_COMPLETE"):
        failure_arguments("ROLLBACK_COMPLETE")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("UPDATE_IN_PROGRESS", "somebody deploys it just now"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "somebody deploys it just now"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
    ],
)
def test_a_stack_that_takes_no_deployment_yet_is_refused_with_what_to_do(status: str, said: str) -> None:
    with pytest.raises(LocalError, match=said):
        failure_arguments(status)


def test_keys_that_come_over_plain_http_are_refused_because_whoever_stands_between_signs_in_as_anybody() -> None:
    answers = settled(TEMPLATE, NEEDED | {"TokenJwksUrl": "http://id.example/keys"})
    assert [fault.split(":")[0] for fault in faults(answers, TEMPLATE)] == ["TokenJwksUrl"]


def test_whoever_has_a_new_account_is_told_that_it_runs_few_functions_at_once() -> None:
    answers = settled(TEMPLATE, NEEDED)
    assert "runs 10 functions at once" in str(quota_warning(10, answers))
    assert quota_warning(1000, answers) is None


def function_names() -> list[str]:
    functions = [one for one in TEMPLATE["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    return [function["Properties"]["FunctionName"]["Fn::Sub"] for function in functions]


def test_what_a_stack_costs_while_nobody_buys_is_counted_from_the_templates() -> None:
    some = {"Resources": {"One": {"Type": "AWS::CloudWatch::Alarm"}, "Two": {"Type": "AWS::SecretsManager::Secret"}}}
    costs = idle_costs({"template.yaml": some}, {"EncryptionKey": "own"})
    assert costs == {"1 alarms": 0.1, "asking 0 empty queues": 0, "the master key's secret": 0.4, "a key of its own": 1}


def test_the_operators_guide_says_what_a_stack_costs_while_nobody_buys() -> None:
    guide = (PROJECT / "infra/guides/operators.md").read_text("utf-8")
    files = [PROJECT / "template.yaml", *(PROJECT / "infra").glob("*.yaml")]
    templates = {file.name: read_template(file.read_text("utf-8")) for file in files}
    plain, told = (sum(idle_costs(templates, said).values()) for said in ({}, {"AlarmEmail": "ops@shop.example"}))
    assert f"costs {plain:.2f} USD a month, {told:.2f} with all its alarms" in guide


def test_a_dashboard_is_paid_for_where_it_shows_more_than_the_free_ones_may() -> None:
    """AWS gives three of at most fifty metrics for nothing; a shop that wants none of ours does without."""
    template = read_template((PROJECT / "infra/dashboard.yaml").read_text("utf-8"))
    body, _ = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert body.count('["AWS/') + body.count('["Quen/') > 50
    assert idle_costs({"dashboard.yaml": template}, {})["a dashboard"] == 3
    assert "a dashboard" not in idle_costs({"dashboard.yaml": template}, {"Graphs": "false"})


def test_what_no_stack_is_made_of_with_these_answers_costs_nothing() -> None:
    alarm = {"Resources": {"One": {"Type": "AWS::CloudWatch::Alarm"}}}
    acl = {"Resources": {"One": {"Type": "AWS::WAFv2::WebACL", "Properties": {"Rules": [{}, {}]}}}}
    templates = {"alarms.yaml": alarm, "messaging.yaml": alarm, "waf.yaml": acl, "account.yaml": alarm}
    assert "1 alarms" in idle_costs(templates, {})
    assert "2 alarms" in idle_costs(templates, {"AlarmEmail": "ops@shop.example"})
    assert idle_costs(templates, {"WafRules": "managed"})["a web ACL and its 2 rules"] == 7
    assert idle_costs(templates, {"WafRules": "managed", "WebAclArn": "arn"}) == idle_costs(templates, {})


def test_an_alarm_that_would_tell_nobody_is_neither_made_nor_counted() -> None:
    alarm = {"Resources": {"One": {"Type": "AWS::CloudWatch::Alarm", "Condition": "HasTopic"}}}
    behind_http = {"Gateway": "http"}
    assert "0 alarms" in idle_costs({"http_gateway.yaml": alarm}, behind_http)
    assert "1 alarms" in idle_costs({"http_gateway.yaml": alarm}, behind_http | {"AlarmEmail": "ops@shop.example"})


def test_every_template_that_is_made_on_a_condition_is_known_as_one() -> None:
    files = {path.name for path in (PROJECT / "infra").glob("*.yaml")}
    unconditional = {
        Path(str(one["Properties"]["Location"])).name
        for one in TEMPLATE["Resources"].values()
        if one["Type"] == "AWS::Serverless::Application" and "Condition" not in one
    }
    free = {"domains.yaml", "operator.yaml"}  # made on a condition, and nothing in them costs by itself
    assert made_of(files, {}) == unconditional | free | {"dashboard.yaml"}
    assert made_of(files, {"Graphs": "false"}) == unconditional | free
