"""`.quen/local.json`: how to reach the running stack. Written by `quen serve`, read by every other command and the tests."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.errors import LocalError

DATA_DIRECTORY = Path(".quen")
FILE_NAME = "local.json"
LOCK_NAME = "lock"
STARTING = "the stack is still starting, or stopping; wait until it says `Quen is ready`."
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """`--data DIR` and `--json`, which every command has."""
    parser.add_argument(
        "--data", type=Path, default=DATA_DIRECTORY, metavar="DIR", help="the stack's data (default: .quen)"
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON, for machines")


def load_connection(data: Path) -> dict[str, Any]:
    """What `quen serve` wrote, or a sentence that says how to get it. Raises ValueError where it is no JSON object."""
    try:
        return _json_object(data / FILE_NAME)
    except (FileNotFoundError, NotADirectoryError):
        if is_owned(data):
            raise LocalError(STARTING) from None
        raise LocalError(f"no stack was started on {data}; start one with `make run`.") from None


def is_owned(data: Path) -> bool:
    """Whether a `quen serve` has the data directory now: it runs, or starts or stops."""
    try:
        with (data / LOCK_NAME).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def read_kept(path: Path) -> dict[str, Any]:
    """What an earlier start wrote and later ones cannot do without. Raises LocalError where it is damaged."""
    try:
        return _json_object(path)
    except ValueError:
        raise damaged(path) from None


def damaged(path: Path) -> LocalError:
    """What to do about a file of the data directory that cannot be read: nothing is thrown away unasked."""
    return LocalError(f"{path} is damaged; put it back from a copy, or begin anew without the data by --fresh.")


def _json_object(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text("utf-8"))
    if not isinstance(document, dict):
        raise ValueError("a JSON object is expected")
    return document


def write_private(path: Path, document: dict[str, Any]) -> None:
    """Write a JSON file that holds secrets: whole or not at all, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)
        file.write("\n")
    scratch.replace(path)


@contextmanager
def aws_told() -> Iterator[None]:
    """What AWS, or what plays it, refuses or leaves unanswered, as one sentence. Raises LocalError."""
    from botocore.exceptions import BotoCoreError, ClientError

    from quen.errors import TemporarilyUnavailableError

    try:
        yield
    except TemporarilyUnavailableError as error:
        raise LocalError(
            f"AWS did not answer ({error.__cause__ or 'try again'}); nothing is known of it now."
        ) from error
    except (ClientError, BotoCoreError) as error:
        raise LocalError(f"AWS refused: {error}") from error


def aws_client(service: str, endpoint: str) -> Any:
    """A boto3 client of the emulator; never of the real AWS."""
    import boto3  # only some commands need it, and it takes 0.2 s
    from botocore.config import Config

    open_client: Any = boto3.client  # its stubs know services by literal names only
    return open_client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(connect_timeout=2, read_timeout=60, retries={"max_attempts": 2}),
    )
