"""That a pack runs low, told on the bus and in the log, once for all that its partner has bought so far."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from quen.events.model import PACK_LOW, Event, detail_of_partner
from quen.events.service import EventBus
from quen.observability import logger
from quen.partners.model import Partner, Terms
from quen.settlement.packs import PackLevel

# What the metric filter of the template looks for: a line is told by its `alarm`, not by its wording.
ALARM = "pack_low"


class ToldPacks(Protocol):
    """What was told already."""

    def was_told(self, partner_id: str, packs: int) -> bool:
        """Of this partner, at that number of points that it ever bought."""

    def mark_told(self, partner_id: str, packs: int) -> None:
        """Now it was."""


class BusAlerts:
    """See `quen.settlement.packs.PackAlerts`."""

    def __init__(self, bus: EventBus, told: ToldPacks) -> None:
        self._bus = bus
        self._told = told

    def tell(self, partner: Partner, level: PackLevel, terms: Terms, at: datetime) -> None:
        """First the bus, then the mark: whoever dies in between tells it again, under the same event's id."""
        if self._told.was_told(partner.partner_id, level.bought):
            return
        said = {"points_left": level.left, "points_bought": level.bought, "alert_below": terms.alert_below}
        detail = detail_of_partner(PACK_LOW, f"{partner.partner_id}\n{level.bought}", partner.partner_id, at)
        self._bus.put([Event(PACK_LOW, detail | said)])
        logger().warning("A partner's pack runs low", extra={"alarm": ALARM, "partner_id": partner.partner_id, **said})
        self._told.mark_told(partner.partner_id, level.bought)
