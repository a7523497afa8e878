"""House rules of the infrastructure: what every function, queue, table and route of the template has."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields

from local.template_reader import read_template
from quen.bootstrap import Application
from quen.dynamodb import CONNECT_TIMEOUT_SECONDS, UNREPEATABLE_READ_TIMEOUT_SECONDS
from quen.jobs.parking import PARKED_SUFFIX
from quen.messages import zalo
from quen.messages.model import LEASE_SECONDS
from quen.messages.oddities import MAYBE_TWICE
from quen.messages.service import QUEUE_DELAY_SECONDS_MAX
from quen.settings import Settings
from quen.settlement.alerts import ALARM as PACK_LOW
from quen.verification.reports import ALARM as DRIFT
from unit.jobs.nights import NIGHTS

PROJECT = Path(__file__).parents[2]


@cache
def template(name: str) -> dict[str, Any]:
    return read_template((PROJECT / name).read_text("utf-8"))


def resources(name: str, kind: str) -> dict[str, Any]:
    found = template(name)["Resources"].items()
    return {logical: resource["Properties"] for logical, resource in found if resource["Type"] == kind}


FUNCTIONS = resources("template.yaml", "AWS::Serverless::Function")
ROLES = resources("template.yaml", "AWS::IAM::Role")
QUEUES = resources("infra/messaging.yaml", "AWS::SQS::Queue")
TABLES = template("infra/data.yaml")["Resources"]


PROVING = [("ProveLedger", {"Ref": "LedgerTableArn"}), ("RunJobs", {"Ref": "LedgerTableArn"})]
ALARMS = resources("infra/alarms.yaml", "AWS::CloudWatch::Alarm")
APIS = resources("template.yaml", "AWS::Serverless::Api")


def name(sub: Mapping[str, str]) -> str:
    """What a name is after the stack's own, whichever way the file spells that."""
    return sub["Fn::Sub"].replace("${AWS::StackName}", "").replace("${Prefix}", "")


def watched(metric: tuple[str, str], dimension: str) -> list[str]:
    """The names that alarms of this metric watch."""
    return [
        name(alarm["Dimensions"][0]["Value"])
        for alarm in ALARMS.values()
        if (alarm["Namespace"], alarm["MetricName"]) == metric and alarm["Dimensions"][0]["Name"] == dimension
    ]


def served_api(function: str) -> str | None:
    """The API whose routes the function answers."""
    events = FUNCTIONS[function].get("Events", {}).values()
    return next((event["Properties"]["RestApiId"]["Ref"] for event in events if event["Type"] == "Api"), None)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_an_alarm_that_can_ring(function: str) -> None:
    """An API answers its own failures, so Lambda counts no error of its function: the gateway counts the 5xx."""
    properties = FUNCTIONS[function]
    if api := served_api(function):
        assert name(APIS[api]["Name"]) in watched(("AWS/ApiGateway", "5XXError"), "ApiName")
    else:
        assert name(properties["FunctionName"]) in watched(("AWS/Lambda", "Errors"), "FunctionName")


def test_no_alarm_watches_what_is_not_there_or_cannot_happen() -> None:
    raising = {name(FUNCTIONS[function]["FunctionName"]) for function in FUNCTIONS if not served_api(function)}
    assert sorted(watched(("AWS/Lambda", "Errors"), "FunctionName")) == sorted(raising)
    apis = sorted(name(api["Name"]) for api in APIS.values())
    assert sorted(watched(("AWS/ApiGateway", "5XXError"), "ApiName")) == apis
    drift = [alarm for alarm in ALARMS.values() if alarm["Namespace"] == {"Fn::Sub": "Quen/${Prefix}"}]
    assert len(ALARMS) == len(raising) + len(apis) + len(drift) + len(scheduled()) + len(waiting())


def test_no_route_has_metrics_of_its_own() -> None:
    """They are paid for, five for each; those of a whole API are not, and the log says which route it was."""
    settings = [*template("template.yaml")["Globals"]["Api"]["MethodSettings"]]
    settings += [one for api in APIS.values() for one in api.get("MethodSettings", [])]
    assert not [one for one in settings if one["MetricsEnabled"]]


def scheduled() -> set[str]:
    """The names of the functions that a schedule wakes."""
    woken = (
        function
        for function in FUNCTIONS.values()
        if any(event["Type"] == "Schedule" for event in function.get("Events", {}).values())
    )
    return {name(function["FunctionName"]) for function in woken}


def test_every_job_has_an_alarm_that_rings_where_its_schedule_does_not() -> None:
    missed = [alarm for alarm in ALARMS.values() if alarm["MetricName"] == "Invocations"]
    assert {name(alarm["Dimensions"][0]["Value"]) for alarm in missed} == scheduled()
    assert scheduled() == {f"-{job}-start" for job in application_jobs()}
    assert {*NIGHTS} == application_jobs()  # and each of them is killed at every page by the tests
    for alarm in missed:
        assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"]) == (3600, 2, 1)
        # A function that nobody calls has no data points at all; a fresh stack has none yet, and that is no alarm.
        assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("LessThanThreshold", "missing")
        assert alarm["InsufficientDataActions"] == alarm["AlarmActions"] == alarm["OKActions"]


def application_jobs() -> set[str]:
    """The jobs of the composition root, which needs no settings to name them."""
    return {*Application(some_settings()).jobs.names}


def some_settings() -> Settings:
    """The stack's settings, whatever each of them says."""
    return Settings.from_environment(dict.fromkeys((field.name.upper() for field in fields(Settings)), "x"))


def test_drift_rings_wherever_the_proof_may_run() -> None:
    """The line that the code writes is the one that the filters look for, and what they count is what the alarm watches."""
    filters = metric_filters("LedgerDrift")
    [alarm] = [one for one in ALARMS.values() if one["MetricName"] == "LedgerDrift"]
    proving = {"VerifyLedgerWorkFunction", "AdminApiFunction"}
    groups = {FUNCTIONS[function]["LoggingConfig"]["LogGroup"]["Ref"] for function in proving}
    assert {one["LogGroupName"]["Ref"] for one in filters} == groups
    for one in filters:
        [metric] = one["MetricTransformations"]
        assert one["FilterPattern"] == f'{{ $.alarm = "{DRIFT}" }}'
        assert (metric["MetricName"], name(metric["MetricNamespace"])) == ("LedgerDrift", name(alarm["Namespace"]))
    scanning = {function for function in FUNCTIONS if {"ProveLedger", "RunJobs"} & capabilities(function)}
    assert scanning == proving


def test_a_pack_that_runs_low_rings_where_the_stream_is_told() -> None:
    [one], [alarm] = metric_filters("PackLow"), [each for each in ALARMS.values() if each["MetricName"] == "PackLow"]
    assert one["FilterPattern"] == f'{{ $.alarm = "{PACK_LOW}" }}'
    assert one["LogGroupName"] == FUNCTIONS["PublishEventsFunction"]["LoggingConfig"]["LogGroup"]
    assert name(one["MetricTransformations"][0]["MetricNamespace"]) == name(alarm["Namespace"])


def test_a_message_that_may_have_been_sent_twice_is_counted_where_messages_are_sent() -> None:
    [one] = metric_filters("MessagesMaybeTwice")
    assert one["FilterPattern"] == f'{{ $.counted = "{MAYBE_TWICE}" }}'
    assert one["LogGroupName"] == FUNCTIONS["SendMessagesFunction"]["LoggingConfig"]["LogGroup"]


def metric_filters(metric: str) -> list[dict[str, Any]]:
    """Those that count for that metric."""
    filters = resources("template.yaml", "AWS::Logs::MetricFilter").values()
    return [one for one in filters if one["MetricTransformations"][0]["MetricName"] == metric]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_log_level_is_the_one_that_the_stack_is_given(function: str) -> None:
    """Lambda's own level wins over the environment's, and is INFO where nobody sets it."""
    logging = FUNCTIONS[function]["LoggingConfig"]
    assert (logging["LogFormat"], logging["ApplicationLogLevel"]) == ("JSON", {"Ref": "LogLevel"})
    # What Lambda calls them; it knows no WARNING.
    lambda_levels = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}
    assert {*template("template.yaml")["Parameters"]["LogLevel"]["AllowedValues"]} <= lambda_levels


def capabilities(function: str) -> set[str]:
    """The capabilities that a function's role is given, by name."""
    policies = ROLES[FUNCTIONS[function]["Role"]["Fn::GetAtt"].removesuffix(".Arn")]["ManagedPolicyArns"]
    return {policy["Fn::GetAtt"].removeprefix("Access.Outputs.") for policy in policies}


def test_every_capability_has_a_name_outside_and_a_function_that_needs_it() -> None:
    """And `RunFunction`, what every function does, is given to every one."""
    policies = {*resources("infra/access.yaml", "AWS::IAM::ManagedPolicy")}
    assert all("RunFunction" in capabilities(function) for function in FUNCTIONS)
    given: set[str] = set().union(*(capabilities(function) for function in FUNCTIONS))
    assert policies == {*template("infra/access.yaml")["Outputs"]} == given


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_queue_waits_six_times_as_long_as_the_function_that_reads_it(function: str) -> None:
    for event in FUNCTIONS[function].get("Events", {}).values():
        if event["Type"] == "SQS":
            queue = event["Properties"]["Queue"]["Fn::GetAtt"].split(".")[-1].removesuffix("Arn")
            assert QUEUES[queue]["VisibilityTimeout"] == 6 * FUNCTIONS[function]["Timeout"]
            assert QUEUES[queue]["RedrivePolicy"]["maxReceiveCount"] > 1
            assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_batch_of_messages_that_all_hang_is_over_before_its_function_is() -> None:
    """A function that dies takes with it what was said of the others: they would come again without having been tried."""
    sender = FUNCTIONS["SendMessagesFunction"]
    [queue] = [event["Properties"] for event in sender["Events"].values() if event["Type"] == "SQS"]
    hangs = max(CONNECT_TIMEOUT_SECONDS + UNREPEATABLE_READ_TIMEOUT_SECONDS, zalo.CONNECT_SECONDS + zalo.READ_SECONDS)
    assert queue["BatchSize"] * hangs < sender["Timeout"]
    assert sender["Timeout"] <= LEASE_SECONDS  # nobody takes a message for abandoned that somebody is still sending


def waiting() -> list[Mapping[str, Any]]:
    return [alarm for alarm in ALARMS.values() if alarm["MetricName"] == "ApproximateAgeOfOldestMessage"]


def test_what_waits_in_vain_for_its_sender_rings() -> None:
    """A function that nobody calls raises nothing and parks nothing: members would be told nothing, and nobody would know."""
    watched_queues = {name(alarm["Dimensions"][0]["Value"]) for alarm in waiting()}
    assert watched_queues == {"-messages", "-message-reports"}
    for alarm in waiting():
        queue = next(one for one in QUEUES.values() if name(one["QueueName"]) == name(alarm["Dimensions"][0]["Value"]))
        tries = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
        assert QUEUE_DELAY_SECONDS_MAX + tries < alarm["Threshold"]  # what is held, or tried again, is not late
        assert (alarm["Statistic"], alarm["ComparisonOperator"]) == ("Maximum", "GreaterThanThreshold")


def test_every_failed_queue_has_an_alarm() -> None:
    alarms = resources("infra/messaging.yaml", "AWS::CloudWatch::Alarm").values()
    guarded = {alarm["Dimensions"][0]["Value"]["Fn::GetAtt"].split(".")[0] for alarm in alarms}
    assert guarded == {queue for queue in QUEUES if queue.endswith("FailedQueue")}


def test_every_queue_that_parks_can_be_redriven() -> None:
    """By its name in the settings, and what is parked stands in the queue of the same name with `-failed` at its end."""
    urls = some_settings().queue_urls
    parking = {queue: found for queue, found in QUEUES.items() if "RedrivePolicy" in found}
    assert {name(queue["QueueName"]).removeprefix("-") for queue in parking.values()} == {*urls}
    for queue in parking.values():
        failed = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].split(".")[0]
        assert name(QUEUES[failed]["QueueName"]) == name(queue["QueueName"]) + PARKED_SUFFIX
        assert QUEUES[failed]["MessageRetentionPeriod"] == 14 * 24 * 3600
    statements = template("infra/access.yaml")["Resources"]["RedriveParked"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    sent, moved = ({*map(str, statement["Resource"])} for statement in statements)
    assert sent == {str({"Ref": f"{queue}Arn"}) for queue in parking}
    assert moved == {str({"Fn::Sub": f"${{{queue}Arn}}{PARKED_SUFFIX}"}) for queue in parking}


def test_a_stack_that_is_deleted_keeps_what_nobody_can_make_again() -> None:
    kept = [TABLES["MasterKey"], template("infra/keys.yaml")["Resources"]["EncryptionKey"]]
    kept += [template("template.yaml")["Resources"][stack] for stack in ("Data", "Keys")]
    assert [(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in kept] == [("Retain", "Retain")] * 4


def test_no_deployment_makes_the_master_key_anew() -> None:
    """A change of how a secret is generated generates it again in every stack: no phone or card would find its owner."""
    assert TABLES["MasterKey"]["Properties"]["GenerateSecretString"] == {
        "PasswordLength": 64,
        "ExcludePunctuation": True,
    }


def test_points_never_run_out_by_a_time_to_live() -> None:
    """An entry, a claim or a document that a table deletes by itself is money that nobody can account for."""
    ending = {name for name, table in TABLES.items() if "TimeToLiveSpecification" in table["Properties"]}
    assert ending == {"ProgramTable", "MessagesTable"}


@pytest.mark.parametrize("file", ["data", "messaging", "operator"])
def test_whatever_is_kept_lies_under_the_stacks_own_key_where_it_has_one(file: str) -> None:
    key = {"Fn::If": ["HasOwnKey", {"Ref": "EncryptionKeyArn"}, {"Ref": "AWS::NoValue"}]}
    encrypted = {
        "AWS::DynamoDB::Table": lambda one: one["SSESpecification"]["KMSMasterKeyId"],
        "AWS::SecretsManager::Secret": lambda one: one["KmsKeyId"],
        "AWS::SQS::Queue": lambda one: one["KmsMasterKeyId"],
        "AWS::SNS::Topic": lambda one: one["KmsMasterKeyId"],
    }
    found = [
        encrypted[resource["Type"]](resource["Properties"])
        for resource in template(f"infra/{file}.yaml")["Resources"].values()
        if resource["Type"] in encrypted
    ]
    assert found == [key] * len(found) != []


def either(value: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """What a value is, whichever way its condition goes."""
    return list(value["Fn::If"][1:]) if "Fn::If" in value else [value]


def test_a_budget_has_no_name_which_would_be_taken_when_whom_it_tells_changes() -> None:
    """That replaces it, and CloudFormation makes the new one first."""
    [budget] = resources("infra/operator.yaml", "AWS::Budgets::Budget").values()
    assert "BudgetName" not in budget["Budget"]


def test_an_alarm_that_takes_a_deployment_back_is_one_that_there_is() -> None:
    files = ("infra/alarms.yaml", "infra/http_gateway.yaml")
    known = {name(one["AlarmName"]) for file in files for one in resources(file, "AWS::CloudWatch::Alarm").values()}
    watching = {
        function: {name(each) for alarm in properties["DeploymentPreference"]["Alarms"] for each in either(alarm)}
        for function, properties in FUNCTIONS.items()
        if "Alarms" in properties.get("DeploymentPreference", {})
    }
    assert set().union(*watching.values()) <= known
    # Behind an HTTP API the REST API's alarm counts nothing.
    for function in ("MobileApiFunction", "PartnerApiFunction", "BackofficeApiFunction"):
        assert len([alarm for alarm in watching[function] if alarm.endswith("-http-failures")]) == 1
    # Whoever is woken once an hour shifts nobody within minutes; every other function goes back where its alarm rings.
    assert {*FUNCTIONS} - {*watching} == {name for name in FUNCTIONS if name.endswith("StartFunction")}


def test_no_capability_scans_but_for_the_proof_of_the_ledger() -> None:
    for capability, policy in resources("infra/access.yaml", "AWS::IAM::ManagedPolicy").items():
        for written in policy["PolicyDocument"]["Statement"]:
            statement = written["Fn::If"][1] if "Fn::If" in written else written
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            if "dynamodb:Scan" in actions:
                assert (capability, statement["Resource"]) in PROVING


def test_secrets_of_keys_are_read_by_those_alone_who_verify_signatures() -> None:
    """A secret is shown once, when it is made: whoever reads it later signs as any till. None is overwritten."""
    reading, writing = set(), set()
    for capability, policy in resources("infra/access.yaml", "AWS::IAM::ManagedPolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            said = json.dumps(statement)
            if "/partners/*" in said and "secretsmanager:GetSecretValue" in said:
                reading.add(capability)
            if "secretsmanager:PutSecretValue" in said:
                writing.add(capability)
    assert (reading, writing) == ({"ReadPartnerSecrets"}, set())
    assert {one for one in FUNCTIONS if reading & capabilities(one)} == {"PartnerApiFunction", "BackofficeApiFunction"}


def test_nobody_reads_a_token_of_zalo_where_the_stack_was_given_none() -> None:
    access = template("infra/access.yaml")
    sending = resources("infra/access.yaml", "AWS::IAM::ManagedPolicy")["SendMessages"]["PolicyDocument"]["Statement"]
    [(has_zalo, granted, otherwise)] = [statement["Fn::If"] for statement in sending if "Fn::If" in statement]
    assert access["Conditions"][has_zalo] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "ZaloSecretArn"}, ""]}]}
    secret = {"Ref": "ZaloSecretArn"}
    assert granted == {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}
    assert otherwise == {"Ref": "AWS::NoValue"}
    assert template("template.yaml")["Parameters"]["ZaloSecretArn"]["Default"] == ""


def test_every_path_answers_other_methods_itself() -> None:
    """So that a wrong method is the function's 405 with `Allow`, not the gateway's; and without a token, where the path has
    several methods. Where it has one, it is declared once.
    """
    methods: dict[tuple[str, str], list[str]] = defaultdict(list)
    for properties in FUNCTIONS.values():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "Api":
                route = event["Properties"]
                methods[route["RestApiId"]["Ref"], route["Path"]].append(route["Method"])
                if "Auth" in route:
                    assert route["Auth"] == {"Authorizer": "NONE"}
                    assert route["Method"] == "ANY" or route["Path"] == "/v1/unsubscribe/{token}"
    assert methods
    assert all(found.count("ANY") == 1 for found in methods.values())
