"""From SES to the function, as the templates wire it: nobody else may say what became of a mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local.template_reader import read_template

PROJECT = Path(__file__).parents[2]
MESSAGING = read_template((PROJECT / "infra/messaging.yaml").read_text("utf-8"))["Resources"]
STACK = read_template((PROJECT / "template.yaml").read_text("utf-8"))
CONFIGURATION_SET = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${Prefix}-messages"


def properties(resource: str) -> dict[str, Any]:
    found: dict[str, Any] = MESSAGING[resource]["Properties"]
    return found


def only_statement(resource: str) -> dict[str, Any]:
    [statement] = properties(resource)["PolicyDocument"]["Statement"]
    assert isinstance(statement, dict)
    return statement


def test_mails_go_out_under_the_configuration_set_that_reports_on_them() -> None:
    variables = STACK["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["EMAIL_CONFIGURATION_SET"] == {"Fn::GetAtt": "Messaging.Outputs.EmailConfigurationSet"}
    assert properties("EmailConfigurationSet")["Name"] == {"Fn::Sub": "${Prefix}-messages"}
    assert properties("EmailReports")["ConfigurationSetName"] == {"Ref": "EmailConfigurationSet"}


def test_ses_tells_every_end_of_a_mail_and_nothing_on_its_way() -> None:
    destination = properties("EmailReports")["EventDestination"]
    assert {*destination["MatchingEventTypes"]} == {"delivery", "bounce", "complaint", "reject", "renderingFailure"}
    assert (destination["Enabled"], destination["SnsDestination"]) == (
        True,
        {"TopicARN": {"Ref": "MessageReportsTopic"}},
    )


def test_only_ses_may_publish_and_only_for_our_configuration_set() -> None:
    statement = only_statement("MessageReportsTopicPolicy")
    assert (statement["Principal"], statement["Action"]) == ({"Service": "ses.amazonaws.com"}, "sns:Publish")
    assert statement["Resource"] == {"Ref": "MessageReportsTopic"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnEquals": {"aws:SourceArn": {"Fn::Sub": CONFIGURATION_SET}},
    }


def test_only_the_topic_may_queue_a_report_from_outside() -> None:
    statement = only_statement("MessageReportsQueuePolicy")
    assert (statement["Principal"], statement["Action"]) == ({"Service": "sns.amazonaws.com"}, "sqs:SendMessage")
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "MessageReportsTopic"}}}
    subscription = properties("MessageReportsSubscription")
    assert (subscription["Protocol"], subscription["RawMessageDelivery"]) == ("sqs", True)
    assert subscription["Endpoint"] == statement["Resource"] == {"Fn::GetAtt": "MessageReportsQueue.Arn"}


def test_policies_stand_before_what_needs_them() -> None:
    """SES tries the topic, and SNS the queue, when they are connected."""
    assert MESSAGING["EmailReports"]["DependsOn"] == "MessageReportsTopicPolicy"
    assert MESSAGING["MessageReportsSubscription"]["DependsOn"] == "MessageReportsQueuePolicy"


def test_no_list_but_ours_says_which_addresses_are_left_alone() -> None:
    """An address that staff let be tried again would stay on the account's list otherwise."""
    assert properties("EmailConfigurationSet")["SuppressionOptions"] == {"SuppressedReasons": []}
