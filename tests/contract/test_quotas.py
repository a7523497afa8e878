"""What AWS counts and refuses late: the environment of a function, the policies of a role, the names of things."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from local.deploy_plan import STACK_NAME_MAX
from local.template_reader import read_template

PROJECT = Path(__file__).parents[2]
LONGEST_STACK = "s" * STACK_NAME_MAX
REGION = "ap-southeast-1"
ACCOUNT = "123456789012"
ENVIRONMENT_MAX = 4096  # bytes of all names and values of a function
POLICY_MAX = 6144  # characters of a managed policy, white space left out
BUCKET = "b" * 63
# The longest that a deployer is likely to give; a token's issuer and keys are URLs of a provider.
GIVEN = {
    "REVISION": "r" * 22,
    "ENCRYPTION_KEY": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{'k' * 36}",
    "ZALO_SECRET": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{'z' * 40}",
    "TOKEN_ISSUER": "https://" + "i" * 92,
    "TOKEN_AUDIENCE": "a" * 64,
    "TOKEN_JWKS_URL": "https://" + "j" * 122,
    "PUBLIC_AUTHORITY": "p" * 60,
    "EMAIL_FROM": "e" * 60,
    "ARCHIVE_BUCKET": BUCKET,
    "MOBILE_URL": "https://" + "m" * 92,
    "SANDBOX": "false",
    "LOG_LEVEL": "DEBUG",
}


def template(name: str) -> dict[str, Any]:
    return read_template((PROJECT / name).read_text("utf-8"))


def stack_named(value: str) -> str:
    return re.sub(r"\$\{(Prefix|AWS::StackName)\}", LONGEST_STACK, value)


def output(value: Any) -> str:
    """What an output of data.yaml or messaging.yaml would be in a stack with a long name."""
    stack, _, name = str(value["Fn::GetAtt"]).partition(".Outputs.")
    nested = template(f"infra/{stack.lower()}.yaml")
    made = nested["Resources"][nested["Outputs"][name]["Value"]["Ref"]]["Properties"]
    [named] = [made[key] for key in ("QueueName", "TableName", "Name") if key in made]
    prefix = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/" if name.endswith("QueueUrl") else ""
    return prefix + stack_named(named["Fn::Sub"])


def filled(name: str, value: Any) -> str:
    """The value of a variable, as long as it gets."""
    if name in GIVEN:
        return GIVEN[name]
    if "Fn::Sub" in value:
        return stack_named(value["Fn::Sub"])
    return LONGEST_STACK if value == {"Ref": "AWS::StackName"} else output(value)


def test_a_function_s_environment_has_room_for_all_that_it_is_told() -> None:
    main = template("template.yaml")
    for_all = main["Globals"]["Function"]["Environment"]["Variables"]
    own = main["Resources"]["SendMessagesFunction"]["Properties"]["Environment"]["Variables"]
    environment = {name: filled(name, value) for name, value in {**for_all, **own}.items()}
    assert sum(len(name) + len(value) for name, value in environment.items()) < ENVIRONMENT_MAX


def test_a_capability_s_policy_has_room_for_all_that_it_names() -> None:
    """An ARN of a queue is the longest that a policy names, so every reference is counted as one."""
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{LONGEST_STACK}-birthday-rewards"
    for name, one in template("infra/access.yaml")["Resources"].items():
        written = json.dumps(one["Properties"]["PolicyDocument"], separators=(",", ":"))
        written = re.sub(r'\{"Ref":"\w+"\}', f'"{arn}"', written)
        written = re.sub(r'\{"Fn::Sub":"([^"]*)"\}', r'"\1"', written)
        assert len(re.sub(r"\$\{\w+\}", arn, written)) < POLICY_MAX, name
