"""The archive's objects in S3.

S3 is told the SHA-256 of the bytes and refuses what arrives otherwise. What a volume says is proven by its name, which holds
the digest of its text: so an object that was exchanged, or an older version of it, is found when it is read.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from quen.dynamodb import UNANSWERED, unavailable_or
from quen.errors import TemporarilyUnavailableError

_GONE = frozenset({"NoSuchKey", "404"})


class S3Objects:
    """`open_client` opens botocore's client for S3, when it is first needed. See `quen.archive.service.Objects`."""

    def __init__(self, open_client: Callable[[], Any], bucket: str) -> None:
        self._open_client = open_client
        self._bucket = bucket

    @cached_property
    def _client(self) -> Any:
        return self._open_client()

    def put(self, key: str, data: bytes) -> None:
        """Keep an object, or the same once more."""
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        self._called(
            self._client.put_object,
            Key=key,
            Body=data,
            ChecksumSHA256=checksum,
            ContentType="application/x-ndjson",
            ContentEncoding="gzip",
        )

    def find(self, key: str) -> bytes | None:
        """The object, or None where there is none."""
        try:
            data: bytes = self._called(self._client.get_object, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        except UNANSWERED as error:
            raise TemporarilyUnavailableError from error
        return data

    def _called(self, call: Any, **arguments: Any) -> Any:
        try:
            return call(Bucket=self._bucket, **arguments)
        except ClientError as error:
            raise unavailable_or(error) from error
        except UNANSWERED as error:
            raise TemporarilyUnavailableError from error
