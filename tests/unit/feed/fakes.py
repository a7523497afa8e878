"""A feed's records in memory, which can be over, be late and be lost like DynamoDB's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from quen.feed.model import Kept, PartnerEvent
from quen.feed.service import PositionTakenError


@dataclass
class FakeFeedRecords:
    """`unseen` are positions that a query does not see yet, though their transaction is done; `others` are appended by
    somebody else just before the next append.
    """

    kept: dict[str, dict[int, Kept]] = field(default_factory=dict)
    expires: dict[tuple[str, int], int] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    unseen: set[int] = field(default_factory=set)
    others: list[PartnerEvent] = field(default_factory=list)
    is_contended: bool = False

    def read_head(self, partner_id: str) -> int:
        return self.heads.get(partner_id, 0)

    def append(
        self, partner_id: str, after: int, events: Sequence[PartnerEvent], expires_at_epoch: int
    ) -> Collection[str]:
        if self.others:
            other, self.others = self.others, []
            self.append(partner_id, self.read_head(partner_id), other, expires_at_epoch)
        if known := {kept.event_id for kept in self.kept.get(partner_id, {}).values()} & {
            event.event_id for event in events
        }:
            return known
        if self.is_contended or after != self.read_head(partner_id):
            raise PositionTakenError
        for position, event in enumerate(events, after + 1):
            self.kept.setdefault(partner_id, {})[position] = Kept(position, event.event_id, event.type, event.body)
            self.expires[partner_id, position] = expires_at_epoch
        self.heads[partner_id] = after + len(events)
        return ()

    def read(self, partner_id: str, after: int, limit: int) -> Sequence[Kept]:
        kept = self.kept.get(partner_id, {})
        return [kept[position] for position in sorted(kept) if position > after and position not in self.unseen][:limit]

    def find_oldest(self, partner_id: str, now_epoch: int) -> int | None:
        seen = self.read(partner_id, 0, 10**6)
        return next((one.position for one in seen if self.expires[partner_id, one.position] > now_epoch), None)

    def is_gone(self, partner_id: str, position: int, now_epoch: int) -> bool:
        return self.expires.get((partner_id, position), 0) <= now_epoch or position not in self.kept[partner_id]

    def find_body(self, partner_id: str, event_id: str) -> bytes | None:
        kept = self.kept.get(partner_id, {}).values()
        return next((one.body for one in kept if one.event_id == event_id), None)

    def delete_until(self, partner_id: str, position: int) -> None:
        """As the time to live does."""
        for gone in range(1, position + 1):
            self.kept[partner_id].pop(gone, None)
