"""`make deploy` stops with a sentence where something stands in its way, before anything is built."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session
from botocore.stub import Stubber

from local import deploying
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
        assert deploying.status_of(client, "quen-test") == ""


def test_a_stack_s_status_is_what_aws_says() -> None:
    client, told = cloudformation()
    stack = {"StackName": "quen-test", "CreationTime": "2026-11-26T00:00:00Z", "StackStatus": "UPDATE_COMPLETE"}
    told.add_response("describe_stacks", {"Stacks": [stack]})
    with told:
        assert deploying.status_of(client, "quen-test") == "UPDATE_COMPLETE"


def test_whoever_may_not_ask_for_a_stack_is_told_so() -> None:
    client, told = cloudformation()
    told.add_client_error("describe_stacks", "AccessDenied", "not authorized")
    with told, pytest.raises(LocalError, match="not authorized"):
        deploying.status_of(client, "quen-test")


def test_an_account_that_does_not_say_its_quota_is_not_warned_of_it() -> None:
    client = get_session().create_client("lambda", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as told:
        told.add_response("get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 10}})
        assert deploying.concurrency_of(client) == 10
        told.add_client_error("get_account_settings", "AccessDenied")
        assert deploying.concurrency_of(client) > 1_000_000


def test_what_was_answered_is_the_default_of_the_next_time(remembered: Path) -> None:
    deploying.remember(deploying.Target("quen-test", "eu-west-1"), {"TokenAudience": "quen"}, remembered)
    said = {"stack": None, "region": None}
    target, answers = deploying.choose_target(said, remembered, asks=False)
    assert (target.stack, target.region, answers) == ("quen-test", "eu-west-1", {"TokenAudience": "quen"})
