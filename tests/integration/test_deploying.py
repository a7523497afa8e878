"""`make deploy` stops with a sentence where something stands in its way, before anything is built."""

from __future__ import annotations

import functools
import http.server
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.session import get_session
from botocore.stub import Stubber

from coalition_api.partners import PartnerBody
from local import deploying
from local.deploy_plan import ABSENT
from local.errors import LocalError

NEEDED = ("--token-issuer", "https://id.example", "--token-audience", "quen", "--stack", "quen-test")


@pytest.fixture
def remembered(tmp_path: Path) -> Path:
    """Where answers are remembered."""
    return tmp_path / "deploy.json"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A provider that publishes keys, none, and something else."""
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [{"kid": "one"}]}))
    (tmp_path / "none.json").write_text(json.dumps({"keys": []}))
    (tmp_path / "page.html").write_text("<html>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *said: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_provider_that_publishes_keys_will_do(site: str) -> None:
    deploying.check_keys(f"{site}/keys.json")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("none.json", "with no keys"),
        ("page.html", "does not answer with an identity provider's keys"),
        ("gone.json", "does not answer with an identity provider's keys"),
    ],
)
def test_a_provider_whose_keys_nobody_finds_stops_it(site: str, page: str, said: str) -> None:
    with pytest.raises(LocalError, match=said):
        deploying.check_keys(f"{site}/{page}")


def test_a_plan_says_what_would_be_done_and_does_nothing(remembered: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploying.main(["--plan", *NEEDED, "--token-jwks-url", "https://id.example/keys"], remembered) == 0
    said = capsys.readouterr().out
    assert "USD a month" in said
    assert "sam deploy --template-file build/aws/template.yaml --stack-name quen-test" in said
    assert not remembered.exists()


def test_all_that_is_missing_is_said_at_once(remembered: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploying.main(["--yes", "--log-retention-days", "91"], remembered) == 1
    said = capsys.readouterr().err
    assert all(name in said for name in ("TokenIssuer", "TokenAudience", "TokenJwksUrl", "LogRetentionDays"))


def test_without_credentials_nothing_is_built(
    remembered: Path, site: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert deploying.main(["--yes", *NEEDED, "--token-jwks-url", f"{site}/keys.json"], remembered) == 1
    assert "AWS does not know who you are" in capsys.readouterr().err
    assert not remembered.exists()


def cloudformation() -> tuple[Any, Stubber]:
    """A client that is told what AWS says."""
    client = get_session().create_client(
        "cloudformation", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    return client, Stubber(client)


def test_a_stack_that_is_not_there_yet_has_no_status() -> None:
    client, told = cloudformation()
    told.add_client_error("describe_stacks", "ValidationError", "Stack with id quen-test does not exist")
    with told:
        assert deploying.standing_of(client, "quen-test") == ABSENT


def test_a_stack_stands_as_aws_says() -> None:
    client, told = cloudformation()
    stack = {
        "StackName": "quen-test",
        "CreationTime": "2026-11-26T00:00:00Z",
        "LastUpdatedTime": "2026-11-27T00:00:00Z",
        "StackStatus": "UPDATE_COMPLETE",
    }
    told.add_response("describe_stacks", {"Stacks": [stack]})
    with told:
        standing = deploying.standing_of(client, "quen-test")
    assert (standing.status, standing.changed_at[:10]) == ("UPDATE_COMPLETE", "2026-11-27")


def test_whoever_may_not_ask_for_a_stack_is_told_so() -> None:
    client, told = cloudformation()
    told.add_client_error("describe_stacks", "AccessDenied", "not authorized")
    with told, pytest.raises(LocalError, match="not authorized"):
        deploying.standing_of(client, "quen-test")


def test_an_account_that_does_not_say_its_quota_is_not_warned_of_it() -> None:
    client = get_session().create_client("lambda", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as told:
        told.add_response("get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 10}})
        assert deploying.concurrency_of(client) == 10
        told.add_client_error("get_account_settings", "AccessDenied")
        assert deploying.concurrency_of(client) > 1_000_000


HERE, THERE = deploying.Target("quen-test", "eu-west-1"), deploying.Target("quen-test", "eu-central-1")


def chosen(remembered: Path, **said: str | bool) -> tuple[deploying.Target, deploying.Answered]:
    nothing = {"stack": None, "region": None, "forget": False}
    return deploying.choose_target(nothing | said, remembered, asks=False)


def test_what_was_answered_is_the_default_of_the_next_time(remembered: Path) -> None:
    deploying.remember(HERE, deploying.Answered("123456789012", {"TokenAudience": "quen"}), remembered)
    target, answered = chosen(remembered)
    assert (target, answered.answers) == (HERE, {"TokenAudience": "quen"})
    assert chosen(remembered, forget=True) == (HERE, deploying.NOTHING_ANSWERED)


def test_a_stack_of_the_same_name_in_another_region_has_answers_of_its_own(remembered: Path) -> None:
    """Certificates, topics and firewalls are a region's."""
    certificate = {"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1"}
    deploying.remember(HERE, deploying.Answered("123456789012", certificate), remembered)
    assert chosen(remembered, region="eu-central-1") == (THERE, deploying.NOTHING_ANSWERED)
    deploying.remember(THERE, deploying.Answered("123456789012", {}), remembered)
    assert chosen(remembered, region="eu-west-1")[1].answers == certificate
    assert chosen(remembered)[0] == THERE


def test_answers_that_were_given_for_one_account_are_not_deployed_to_another() -> None:
    """A sandbox's would let anybody move the clock of members' points."""
    sandbox = deploying.Answered("111111111111", {"Sandbox": "true"})
    deploying.check_account("111111111111", sandbox, HERE)
    deploying.check_account("222222222222", deploying.NOTHING_ANSWERED, HERE)
    with pytest.raises(LocalError, match=r"account 111111111111.*signed in to 222222222222.*--forget"):
        deploying.check_account("222222222222", sandbox, HERE)


def test_a_change_set_that_was_not_confirmed_is_not_called_deployed(capsys: pytest.CaptureFixture[str]) -> None:
    """SAM answers 0 where somebody says no."""
    for status, revision in (("REVIEW_IN_PROGRESS", "new"), ("UPDATE_COMPLETE", "old")):
        with pytest.raises(LocalError, match="nothing was deployed"):
            told_after(status, revision)
    assert "curl" not in capsys.readouterr().out


def test_what_comes_next_is_what_the_admin_api_takes(capsys: pytest.CaptureFixture[str]) -> None:
    told_after("UPDATE_COMPLETE", "new")
    said = capsys.readouterr().out
    assert "https://admin.example/v1/program" in said
    [partner] = re.findall(r"/v1/partners .* -d '(.*)'", said)
    assert msgspec.json.decode(partner, type=PartnerBody).name


def told_after(status: str, revision: str) -> None:
    """What is said where `new` was to be deployed."""
    client, told = cloudformation()
    stack = {
        "StackName": "quen-test",
        "CreationTime": "2026-11-26T00:00:00Z",
        "StackStatus": status,
        "Parameters": [{"ParameterKey": "Revision", "ParameterValue": revision}],
        "Outputs": [{"OutputKey": "AdminApiUrl", "OutputValue": "https://admin.example"}],
    }
    told.add_response("describe_stacks", {"Stacks": [stack]})
    with told:
        deploying.tell_what_is_next(client, "quen-test", "new")
