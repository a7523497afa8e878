"""`make deploy`: asks for what it needs, builds, shows what will change and what it costs, deploys with SAM, says what is next.

Every question may be answered before: by a flag, by an environment variable, or by the last time.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from local.deploy_plan import (
    ABSENT,
    ASKED,
    Standing,
    Target,
    deploy_arguments,
    failure_arguments,
    fault_of,
    faults,
    flag_of,
    idle_costs,
    quota_warning,
    revision_of,
    settable,
    settled,
    variable_of,
)
from local.deployment import PROJECT, SAM, fingerprint
from local.errors import LocalError
from local.template_reader import read_template

REMEMBERED = PROJECT / ".quen/deploy.json"
TARGET_DEFAULTS = {"stack": "quen", "region": "us-east-1"}
JWKS_SECONDS = 10
JWKS_BYTES_MAX = 1_000_000
FIRST_PARTNER = '{"name": "Our tills", "relation": "own"}'


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered for a target the last time, and the account that it was for."""

    account: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


NOTHING_ANSWERED = Answered()


def main(arguments: Sequence[str] | None = None, memory: Path = REMEMBERED) -> int:
    """0 where it is deployed or planned, 1 where it is not; what is missing is said in a sentence. `memory` is the file that
    remembers answers.
    """
    template = read_template((PROJECT / "template.yaml").read_text("utf-8"))
    said = vars(parser(template).parse_args(arguments))
    try:
        deploy(template, said, memory)
    except LocalError as error:
        print(f"quen: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nNothing was deployed.", file=sys.stderr)
        return 1
    return 0


def parser(template: Mapping[str, Any]) -> argparse.ArgumentParser:
    """One flag for each parameter of the template, and our own."""
    made = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    made.add_argument("--yes", action="store_true", help="ask nothing, not even whether to go on")
    made.add_argument("--plan", action="store_true", help="only say what would be done")
    made.add_argument("--forget", action="store_true", help="do not take the answers of the last time")
    made.add_argument("--stack", help="the stack's name (QUEN_STACK); it is the first part of every name")
    made.add_argument("--region", help="the region (QUEN_REGION, AWS_REGION)")
    for name in settable(template):
        declared = template["Parameters"][name]
        # argparse reads a percent sign as a place to fill in.
        described = str(declared.get("Description", "")).replace("%", "%%")
        made.add_argument(flag_of(name), dest=name, help=f"{described} ({variable_of(name)})")
    return made


def deploy(template: Mapping[str, Any], said: Mapping[str, Any], memory: Path) -> None:
    """The whole way; raises LocalError with what stands in it."""
    asks = sys.stdin.isatty() and not said["yes"]
    target, answered = choose_target(said, memory, asks=asks)
    environment = {name: os.environ.get(variable_of(name)) for name in settable(template)}
    answers = settled(template, said, environment, answered.answers)
    if asks:
        ask_for(answers, template, {name for name in ASKED if said[name] is None and environment[name] is None})
    if found := faults(answers, template):
        raise LocalError("this is missing or wrong:\n  " + "\n  ".join(found))
    sources, is_confirmed = fingerprint({}), bool(said["yes"])
    tell_plan(target, answers, sam(target, answers, revision_of(sources, answers, commit()), is_confirmed=is_confirmed))
    if said["plan"]:
        return
    check_keys(answers["TokenJwksUrl"])
    account = account_of(target.region)
    check_account(account, answered, target)
    cloudformation: Any = get_session().create_client("cloudformation", region_name=target.region)
    standing = standing_of(cloudformation, target.stack)
    revision = revision_of(sources, answers, commit(), standing)
    command = [*sam(target, answers, revision, is_confirmed=is_confirmed), *failure_arguments(standing.status)]
    lambdas: Any = get_session().create_client("lambda", region_name=target.region)
    if warning := quota_warning(concurrency_of(lambdas), answers):
        print("\n" + warning)
    remember(target, Answered(account, answers), memory)
    run(["make", "build"])
    print(f"\nDeploying {target.stack} to account {account}, {target.region}. The first time takes about five minutes.")
    run(command)
    tell_what_is_next(cloudformation, target.stack, revision)


def sam(target: Target, answers: Mapping[str, str], revision: str, *, is_confirmed: bool) -> list[str]:
    """The command that deploys."""
    return [str(SAM), *deploy_arguments(target, answers, revision, is_confirmed=is_confirmed)]


def choose_target(said: Mapping[str, Any], memory: Path, *, asks: bool) -> tuple[Target, Answered]:
    """The stack and its region, and what was answered for it there the last time."""
    remembered = json.loads(memory.read_text("utf-8")) if memory.exists() else {}
    stack = said["stack"] or os.environ.get("QUEN_STACK") or remembered.get("last") or TARGET_DEFAULTS["stack"]
    if asks and not said["stack"]:
        stack = ask("The stack's name", stack)
    earlier = remembered.get("stacks", {}).get(stack, {})
    named = said["region"] or os.environ.get("QUEN_REGION") or earlier.get("region") or os.environ.get("AWS_REGION")
    region = named or TARGET_DEFAULTS["region"]
    if asks and not said["region"]:
        region = ask("The region", region)
    target = Target(stack, region)
    target.check()
    known = earlier.get("regions", {}).get(region)
    return target, NOTHING_ANSWERED if known is None or said["forget"] else Answered(**known)


def ask_for(answers: dict[str, str], template: Mapping[str, Any], names: set[str]) -> None:
    """Ask for each of the names, in order, until the answer is one that it may have."""
    for name in filter(names.__contains__, ASKED):
        while True:
            answer = ask(str(template["Parameters"][name]["Description"]), answers.get(name, ""))
            fault = fault_of(name, answer, template)
            if fault is None:
                answers[name] = answer
                break
            print(f"  {fault}")


def ask(question: str, default: str) -> str:
    """One line from the terminal; empty takes the default."""
    return input(f"{question}\n  [{default}] > ").strip() or default


def tell_plan(target: Target, answers: Mapping[str, str], command: Sequence[str]) -> None:
    """What will be done, and what it will cost while nobody buys."""
    files = [PROJECT / "template.yaml", *sorted((PROJECT / "infra").glob("*.yaml"))]
    costs = idle_costs({file.name: read_template(file.read_text("utf-8")) for file in files}, answers)
    print(
        f"\n{target.stack} in {target.region}; while nobody buys it costs about {sum(costs.values()):.2f} USD a month:"
    )
    for what, usd in costs.items():
        print(f"  {usd:6.2f}  {what}")
    print("\n" + shlex.join(["make", "build"]) + "\n" + shlex.join(command))


def check_keys(url: str) -> None:
    """Raises LocalError where the identity provider publishes no keys there: nobody could sign in."""
    try:
        with urllib.request.urlopen(url, timeout=JWKS_SECONDS) as answer:  # noqa: S310 - the template allows http(s) only
            keys = json.loads(answer.read(JWKS_BYTES_MAX))["keys"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LocalError(f"{url} does not answer with an identity provider's keys ({error}).") from None
    if not keys:
        raise LocalError(f"{url} answers, but with no keys.")


def account_of(region: str) -> str:
    """The account that the credentials are of. Raises LocalError where there are none, or none that count."""
    try:
        sts: Any = get_session().create_client("sts", region_name=region)
        return str(sts.get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise LocalError(
            f"AWS does not know who you are ({error}). Sign in (aws sso login, aws configure) or set AWS_PROFILE."
        ) from None


def check_account(account: str, answered: Answered, target: Target) -> None:
    """Raises LocalError where the answers of the last time were given for another account: a sandbox's, perhaps."""
    if answered.account not in {"", account}:
        raise LocalError(
            f"{target.stack} in {target.region} was deployed to account {answered.account} the last time, with the answers "
            f"remembered for it, and you are signed in to {account}. Sign in there, or give --forget and answer anew."
        )


def standing_of(cloudformation: Any, stack: str) -> Standing:
    """How the stack stands. Raises LocalError where AWS does not say."""
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        return Standing(str(found["StackStatus"]), str(found.get("LastUpdatedTime", found["CreationTime"])))
    except (BotoCoreError, ClientError) as error:
        if "does not exist" in str(error):
            return ABSENT
        raise LocalError(f"AWS does not say how the stack {stack} is ({error}).") from None


def concurrency_of(lambdas: Any) -> int:
    """How many functions the account runs at once in the region; as many as one likes where AWS does not say."""
    try:
        return int(lambdas.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
    except (BotoCoreError, ClientError):
        return sys.maxsize


def commit() -> str:
    """The commit that is checked out, or nothing where there is no git."""
    git = shutil.which("git")
    if git is None:
        return ""
    found = subprocess.run([git, "rev-parse", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else ""


def remember(target: Target, answered: Answered, memory: Path) -> None:
    """For the next time, each region by itself; nothing of it is secret."""
    known = json.loads(memory.read_text("utf-8")) if memory.exists() else {"stacks": {}}
    known["last"] = target.stack
    regions = known["stacks"].get(target.stack, {}).get("regions", {})
    regions[target.region] = {"account": answered.account, "answers": dict(answered.answers)}
    known["stacks"][target.stack] = {"region": target.region, "regions": regions}
    memory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    memory.write_text(json.dumps(known, indent=2) + "\n", "utf-8")


def run(command: Sequence[str]) -> None:
    """One command on this terminal. Raises LocalError where it fails; it has said why."""
    ended = subprocess.run(list(command), cwd=PROJECT, env=os.environ | {"SAM_CLI_TELEMETRY": "0"}, check=False)
    if ended.returncode:
        raise LocalError(f"`{Path(command[0]).name} {command[1]}` failed; it said why above.")


def tell_what_is_next(cloudformation: Any, stack: str, revision: str) -> None:
    """The stack's outputs, and the three commands that come next. Raises LocalError where the revision is not there: SAM
    answers 0 too where somebody did not confirm the change set.
    """
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    given = {one["ParameterKey"]: one.get("ParameterValue") for one in found.get("Parameters", ())}
    if found["StackStatus"] == "REVIEW_IN_PROGRESS" or given.get("Revision") != revision:
        raise LocalError("the change set was not confirmed, and nothing was deployed.")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
    for name in ("MobileApiUrl", "PartnerApiUrl", "AdminApiUrl"):
        print(f"  {name:14} {outputs.get(name, '')}")
    admin, token = outputs.get("AdminApiUrl", ""), '-H "Authorization: Bearer $STAFF_TOKEN"'
    print(
        "\nNext, with a token of your identity provider whose role is owner:\n"
        f"  curl {token} -X PUT {admin}/v1/program -H 'Content-Type: application/json' -d @program.json\n"
        f"  curl {token} -X POST {admin}/v1/partners -H 'Content-Type: application/json' -d '{FIRST_PARTNER}'\n"
        f"  curl {token} {admin}/v1/ledger/verification"
    )


if __name__ == "__main__":
    sys.exit(main())
