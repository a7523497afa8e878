"""What a nested stack's resource answers to GetAtt is known after an update that leaves it as it is."""

from __future__ import annotations

from typing import Any

from local.emulator_stacks import remembering

STACKS = {"quen-Messaging": {"_resources": {"Queue": {"Attributes": {"QueueName": "messages"}}}}}


def left_as_it_is(_type: str, physical_id: str, _old: Any, _new: Any, _stack: str, _name: Any, known: Any) -> Any:
    return physical_id, known or {}


def test_an_unchanged_resource_keeps_its_attributes() -> None:
    update = remembering(left_as_it_is, STACKS)
    assert update("AWS::SQS::Queue", "url", {}, {}, "quen-Messaging", "Queue") == ("url", {"QueueName": "messages"})


def test_what_the_emulator_says_itself_counts() -> None:
    update = remembering(left_as_it_is, STACKS)
    said = {"QueueName": "said"}
    assert update("AWS::SQS::Queue", "url", {}, {}, "quen-Messaging", "Queue", said) == ("url", said)


def test_of_a_stack_or_resource_that_is_new_nothing_is_known() -> None:
    update = remembering(left_as_it_is, STACKS)
    assert update("AWS::SQS::Queue", "url", {}, {}, "quen-Messaging", "Other") == ("url", {})
    assert update("AWS::SQS::Queue", "url", {}, {}, "quen-Other", "Queue") == ("url", {})
