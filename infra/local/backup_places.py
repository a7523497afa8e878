"""Where a backup is taken from, or restored to: the local stack of a data directory, or a deployed one of one's own account."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.connection import aws_client
from local.errors import LocalError
from local.running_stack import RunningStack
from local.stack import STACK_NAME
from quen.archive.objects import S3Objects
from quen.archive.service import Objects

TABLES = ("messages", "members", "ledger", "program")
"""In the order in which they are loaded: without the last one a stack does nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stack: its tables by our names, its archive of old entries, and the clients to reach it. `is_local`: it may be emptied
    before a restore.
    """

    stack: str
    tables: dict[str, str]
    dynamodb: Any
    vault: Any
    objects: Objects
    archive_bucket: str
    is_local: bool

    @property
    def master_key_name(self) -> str:
        """The secret that look-up keys, cursors and codes are derived from."""
        return f"{self.stack}/master-key"

    @property
    def secrets_prefix(self) -> str:
        """What the names of partners' secrets begin with."""
        return f"{self.stack}/partners/"

    def master_key(self) -> bytes:
        """Its value."""
        value: str = self.vault.get_secret_value(SecretId=self.master_key_name)["SecretString"]
        return value.encode()


def local_place(data: Path) -> Place:
    """The stack that `quen serve` runs on that directory. Raises LocalError where it does not run."""
    stack = RunningStack.load(data)
    vault = aws_client("secretsmanager", stack.aws_endpoint)
    dynamodb = aws_client("dynamodb", stack.aws_endpoint)
    objects = stack.open_objects()
    return Place(STACK_NAME, dict(stack.tables), dynamodb, vault, objects, stack.archive_bucket, is_local=True)


def aws_place(stack: str) -> Place:
    """A deployed stack, by the AWS credentials and region of this shell. Raises LocalError where there is none."""
    import boto3  # only this command speaks to the real AWS
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        raise LocalError(f"the stack {stack} cannot be read: {error}") from None
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}
    tables = {name: outputs[f"{name.title()}Table"] for name in TABLES}
    bucket = outputs["ArchiveBucket"]
    objects = S3Objects(lambda: boto3.client("s3"), bucket)
    dynamodb, vault = boto3.client("dynamodb"), boto3.client("secretsmanager")
    return Place(stack, tables, dynamodb, vault, objects, bucket, is_local=False)


def holds_objects(bucket: str, prefix: str) -> bool:
    """Whether anything is there, by this shell's credentials."""
    import boto3  # only this command speaks to the real AWS

    return bool(boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/", MaxKeys=1).get("KeyCount"))


def put_object(bucket: str, key: str, content: bytes) -> None:
    """A small object of S3, by this shell's credentials."""
    import boto3  # only this command speaks to the real AWS

    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
