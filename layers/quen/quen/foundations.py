"""Use cases that rest on the stack's adapters alone, and on no other use case: the program, who is asking, what staff did.

They are composed as `quen.bootstrap` composes the others: each when first used, its modules imported with it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from quen.adapters import Adapters

if TYPE_CHECKING:
    from quen.http.paging import Cursors
    from quen.members.tokens import TokenVerifier
    from quen.messages.desk import MessageDesk
    from quen.program.service import Programs
    from quen.staff.service import AuditTrail
    from quen.verification.service import Verifications

SANDBOX_PROGRAM_CACHE_SECONDS = 1


class Foundations(Adapters):
    """What the other use cases of one stack stand on."""

    @cached_property
    def cursors(self) -> Cursors:
        """Seals and opens the cursors of lists."""
        from quen.http.paging import Cursors

        return Cursors(self.keys.derive("cursor"))

    @cached_property
    def programs(self) -> Programs:
        """The program document and its versions."""
        from quen.program.service import CACHE_SECONDS, Programs
        from quen.program.store import ProgramStore

        store = ProgramStore(self._dynamodb, self.settings.program_table)
        seconds = SANDBOX_PROGRAM_CACHE_SECONDS if self.settings.sandbox else CACHE_SECONDS
        return Programs(store, self.wall, cache_seconds=seconds, is_sandbox=self.settings.sandbox)

    @cached_property
    def tokens(self) -> TokenVerifier:
        """Whose token this is."""
        from quen.members.signing_keys import FetchedKeys, fetcher
        from quen.members.tokens import TokenVerifier

        keys = FetchedKeys(fetcher(self.settings.token_jwks_url, is_sandbox=self.settings.sandbox), self.wall)
        return TokenVerifier(self.settings.token_issuer, self.settings.token_audience, keys, self.wall)

    @cached_property
    def audit(self) -> AuditTrail:
        """What staff did."""
        from quen.staff.service import AuditTrail
        from quen.staff.store import AuditStore

        return AuditTrail(AuditStore(self._dynamodb, self.settings.program_table), self.wall)

    @cached_property
    def message_desk(self) -> MessageDesk:
        """What members were told."""
        from quen.messages.desk import MessageDesk

        return MessageDesk(self._message_store, self._member_store, self._suppressions)

    @cached_property
    def verification(self) -> Verifications:
        """The proof of the ledger."""
        from quen.archive.service import Archive
        from quen.verification.service import Verifications

        archive = Archive(self._archived_objects)
        return Verifications(self._ledger_store, self._verification_store, archive, self.clock)
