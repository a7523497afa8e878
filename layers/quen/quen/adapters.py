"""What use cases rest on: the stack's settings, clocks, keys, counts of requests, and its tables, queues and senders, each made
when first used.

Nothing is built before it is needed, and an adapter's modules are imported with it: see `quen.bootstrap`, which composes the
use cases over these.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from quen.clients import LazyClient
from quen.clock import Clock, SandboxClock, WallClock
from quen.dynamodb import open_client
from quen.keys import KeyRing
from quen.settings import Settings

if TYPE_CHECKING:
    from quen.archive.service import Objects
    from quen.archive.store import ArchiveStore
    from quen.earning.budgets import Budgets
    from quen.ledger.store import LedgerStore
    from quen.members.lookups import Lookups
    from quen.members.store import MemberStore
    from quen.messages.email import SesEmail
    from quen.messages.ports import Sender
    from quen.messages.sms import SnsSms
    from quen.messages.store import MessageStore
    from quen.messages.suppressions import SuppressionStore
    from quen.messages.zalo import ZaloZns
    from quen.partners.counts import RequestCountStore
    from quen.partners.leases import RequestLimits
    from quen.partners.rates import Rates
    from quen.partners.secrets import SecretsManagerKeySecrets
    from quen.partners.store import PartnerStore
    from quen.partners.totals import Totals
    from quen.program.model import Channel
    from quen.shards.store import ShardStore, TotalStore
    from quen.verification.store import VerificationStore
    from quen.vouchers.store import VoucherStore

PAUSE_SECONDS_MAX = 0.2


class Adapters:
    """The adapters of one stack."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.wall: Clock = WallClock()
        self._clients: dict[tuple[str, bool], LazyClient] = {}

    @cached_property
    def clock(self) -> Clock:
        """The business clock: the wall clock, or in a sandbox one that can be moved."""
        return SandboxClock(self.wall, self._read_offset) if self.settings.sandbox else self.wall

    @cached_property
    def keys(self) -> KeyRing:
        """The stack's keys, derived from the one secret that it reads at its start."""
        answer = self._client("secretsmanager").get_secret_value(SecretId=self.settings.master_key_secret)
        return KeyRing(answer["SecretString"].encode())

    @cached_property
    def partner_rates(self) -> Rates:
        """How often partners ask about members."""
        from quen.partners.rates import Rates

        return Rates(self._request_counts, self.wall)

    @cached_property
    def request_limits(self) -> RequestLimits:
        """How often a key may ask."""
        from quen.partners.leases import RequestLimits

        return RequestLimits(self._request_counts, self.wall)

    @cached_property
    def _email(self) -> SesEmail:
        from quen.messages.email import SesEmail

        client = self._client("sesv2", is_repeatable=False)
        return SesEmail(client, self.settings.email_configuration_set)

    @cached_property
    def _message_store(self) -> MessageStore:
        from quen.messages.store import MessageStore

        return MessageStore(self._dynamodb, self.settings.messages_table, self.wall)

    @cached_property
    def _suppressions(self) -> SuppressionStore:
        from quen.messages.suppressions import SuppressionStore

        return SuppressionStore(self._dynamodb, self.settings.messages_table, self.keys, self.wall)

    @cached_property
    def _sms(self) -> SnsSms:
        from quen.messages.sms import SnsSms

        return SnsSms(self._client("sns", is_repeatable=False))

    @cached_property
    def _zalo(self) -> ZaloZns:
        from quen.messages.access_tokens import SecretsManagerToken
        from quen.messages.zalo import ZaloZns

        return ZaloZns(SecretsManagerToken(self._client("secretsmanager"), self.settings.zalo_secret, self.wall))

    @property
    def _senders(self) -> Mapping[Channel, Callable[[], Sender]]:
        """What makes each channel's sender; a channel that is not set up has none. Nobody has a device registered for push."""
        senders: dict[Channel, Callable[[], Sender]] = {"email": lambda: self._email, "sms": lambda: self._sms}
        return senders | ({"zalo": lambda: self._zalo} if self.settings.zalo_secret else {})

    @cached_property
    def _sqs(self) -> Any:
        return self._client("sqs")

    @cached_property
    def _read_offset(self) -> Callable[[], timedelta]:
        """How far a sandbox's program lives ahead of the real time."""
        if not self.settings.sandbox:
            return lambda: timedelta(0)
        from quen.sandbox import SandboxOffset

        return SandboxOffset(self._dynamodb, self.settings.program_table).read

    @cached_property
    def _dynamodb(self) -> Any:
        return open_client(self.settings.aws_region or None)

    @cached_property
    def _member_store(self) -> MemberStore:
        from quen.members.notice_store import NoticeStore
        from quen.members.store import MemberStore

        notices = NoticeStore(self._dynamodb, self.settings.ledger_table)
        return MemberStore(self._dynamodb, self.settings.members_table, self._lookups, warn=notices.leaving)

    @cached_property
    def _ledger_store(self) -> LedgerStore:
        from quen.ledger.store import LedgerStore

        return LedgerStore(self._dynamodb, self.settings.ledger_table)

    @cached_property
    def _archive_store(self) -> ArchiveStore:
        from quen.archive.store import ArchiveStore

        return ArchiveStore(self._dynamodb, self.settings.ledger_table)

    @cached_property
    def _archived_objects(self) -> Objects:
        """The client is opened with the first object: whoever proves a ledger without an archive needs none."""
        from quen.archive.objects import S3Objects

        return S3Objects(lambda: self._client("s3"), self.settings.archive_bucket)

    @cached_property
    def _verification_store(self) -> VerificationStore:
        from quen.verification.store import VerificationStore

        return VerificationStore(self._dynamodb, self.settings.ledger_table, self.settings.program_table)

    @cached_property
    def _stock(self) -> ShardStore:
        from quen.shards.store import ShardStore

        return ShardStore(self._dynamodb, self.settings.program_table, "STOCK")

    @cached_property
    def _budgets(self) -> Budgets:
        from quen.earning.budgets import Budgets
        from quen.shards.store import ShardStore

        return Budgets(ShardStore(self._dynamodb, self.settings.program_table, "BUDGET"))

    @cached_property
    def _totals(self) -> Totals:
        from quen.partners.totals import Totals

        return Totals(self._total_counts, self._partner_store.find)

    @cached_property
    def _total_counts(self) -> TotalStore:
        from quen.shards.store import TotalStore

        return TotalStore(self._dynamodb, self.settings.program_table)

    @cached_property
    def _partner_store(self) -> PartnerStore:
        from quen.partners.store import PartnerStore

        return PartnerStore(self._dynamodb, self.settings.program_table)

    @cached_property
    def _request_counts(self) -> RequestCountStore:
        from quen.partners.counts import RequestCountStore

        return RequestCountStore(self._dynamodb, self.settings.program_table)

    @cached_property
    def _voucher_store(self) -> VoucherStore:
        from quen.vouchers.store import VoucherStore

        return VoucherStore(self._dynamodb, self.settings.ledger_table)

    @cached_property
    def _key_secrets(self) -> SecretsManagerKeySecrets:
        from quen.partners.secrets import SecretsManagerKeySecrets

        return SecretsManagerKeySecrets(
            self._client("secretsmanager"), self.settings.partner_secrets_prefix, self.settings.encryption_key
        )

    @cached_property
    def _lookups(self) -> Lookups:
        from quen.members.lookups import Lookups

        return Lookups(self.keys)

    def _client(self, service: str, *, is_repeatable: bool = True) -> Any:
        """AWS's client for that service, one for all that use it, opened with its first call."""
        key = (service, is_repeatable)
        if key not in self._clients:
            region = self.settings.aws_region or None
            self._clients[key] = LazyClient(partial(open_client, region, service=service, is_repeatable=is_repeatable))
        return self._clients[key]


def pause(attempt: int) -> None:
    """Wait a random moment before the n-th try of a lost race: longer each time, a fifth of a second at the most."""
    time.sleep(random.uniform(0, min(PAUSE_SECONDS_MAX, 0.01 * 2**attempt)))
