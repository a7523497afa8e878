"""What a program document may hold, member by member. The JSON Schema in `infra/program.schema.json` is made from it, so
the descriptions below are what an author reads in the editor.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from pydantic.json_schema import GenerateJsonSchema

from quen.program.document.announcements import ANNOUNCEMENTS_MAX, AnnouncementSection
from quen.program.document.cards import CARDS_MAX, CardSection
from quen.program.document.earning import (
    CAPS_MAX,
    BasisSection,
    CampaignSection,
    Cap,
    CategorySection,
    EarningSection,
    EventSection,
)
from quen.program.document.limits import (
    AdjustmentsSection,
    LedgerSection,
    MergesSection,
    PurchasesSection,
    ReceiptsSection,
    RefundsSection,
    Reservations,
    StoredValueSection,
    TransfersSection,
)
from quen.program.document.memberships import PLANS_MAX, MembershipSection
from quen.program.document.messages import MessagesSection
from quen.program.document.occasions import HOLIDAYS_MAX, BirthdaySection, HolidaySection
from quen.program.document.payment import PaymentSection
from quen.program.document.perks import PERKS_MAX, PerkSection
from quen.program.document.points import PointsSection
from quen.program.document.rewards import RewardSection
from quen.program.document.segments import SEGMENTS_MAX, SegmentSection
from quen.program.document.tiers import TIERS_MAX, TieringSection, TierSection
from quen.program.document.values import (
    CurrencyCode,
    Identifier,
    Instant,
    Locale,
    Members,
    Text,
    TimeZoneName,
)
from quen.program.document.win_back import WinBackSection

RULES_MAX = 200
CAMPAIGNS_MAX = 50
CATEGORIES_MAX = 300
EVENTS_MAX = 50
REWARDS_MAX = 500


class ProgramSection(Members):
    """Who runs the program, and where."""

    id: Identifier = Field(description="A short name for machines.")
    name: Text = Field(description="The name that members see.")
    time_zone: TimeZoneName = Field(description="The zone whose days are the program's days, an IANA name.")
    currency: CurrencyCode = Field(description="The one currency of every amount, an ISO 4217 code.")
    locales: list[Locale] = Field(
        min_length=1, description="The languages that members are spoken to in; the first is the default."
    )


class ProgramDocument(Members):
    """A loyalty program: what earns points, what they are worth, how long they live, what they buy."""

    program: ProgramSection = Field(description="Who runs the program, and where.")
    points: PointsSection = Field(description="What points are.")
    earning: list[EarningSection] = Field(default=[], max_length=RULES_MAX, description="What earns points.")
    basis: BasisSection | None = Field(
        default=None, description="Which part of a bill earns; left out: all but points."
    )
    caps: list[Cap] | None = Field(
        default=None,
        min_length=1,
        max_length=CAPS_MAX,
        description="The most that all rules together give to one member.",
    )
    campaigns: list[CampaignSection] | None = Field(
        default=None, min_length=1, max_length=CAMPAIGNS_MAX, description="Rules with a window and a budget in common."
    )
    tiers: list[TierSection] | None = Field(
        default=None,
        min_length=1,
        max_length=TIERS_MAX,
        description="Levels of members, from everybody's to the highest.",
    )
    tiering: TieringSection | None = Field(
        default=None, description="How tiers are reached, reviewed and lost; left out: by the calendar year."
    )
    perks: list[PerkSection] | None = Field(
        default=None, min_length=1, max_length=PERKS_MAX, description="What members have that is no points."
    )
    cards: list[CardSection] | None = Field(
        default=None, min_length=1, max_length=CARDS_MAX, description="Cards of stamps that bring rewards."
    )
    memberships: list[MembershipSection] | None = Field(
        default=None, min_length=1, max_length=PLANS_MAX, description="Plans that members pay for."
    )
    segments: list[SegmentSection] | None = Field(
        default=None,
        min_length=1,
        max_length=SEGMENTS_MAX,
        description="Groups of members that rules, campaigns and rewards name.",
    )
    categories: list[CategorySection] | None = Field(
        default=None, min_length=1, max_length=CATEGORIES_MAX, description="The categories of goods that rules name."
    )
    events: list[EventSection] | None = Field(
        default=None, min_length=1, max_length=EVENTS_MAX, description="Events of your own that partners report."
    )
    birthday: BirthdaySection | None = Field(default=None, description="The birthday gift; left out: none.")
    holidays: list[HolidaySection] | None = Field(
        default=None,
        min_length=1,
        max_length=HOLIDAYS_MAX,
        description="Days of the year on which members are given something.",
    )
    announcements: list[AnnouncementSection] | None = Field(
        default=None,
        min_length=1,
        max_length=ANNOUNCEMENTS_MAX,
        description="What members are told on some day, in the shop's own words.",
    )
    win_back: WinBackSection | None = Field(
        default=None, description="What members are offered who stay away; left out: nothing."
    )
    rewards: list[RewardSection] = Field(default=[], max_length=REWARDS_MAX, description="What points buy.")
    payment: PaymentSection | None = Field(
        default=None, description="How points pay part of a bill; left out: as the member likes."
    )
    reservations: Reservations = Field(default=Reservations(), description="Points held by a till.")
    purchases: PurchasesSection = Field(default=PurchasesSection(), description="Which receipts still earn.")
    receipts: ReceiptsSection = Field(default=ReceiptsSection(), description="Receipts that are claimed later.")
    refunds: RefundsSection = Field(default=RefundsSection(), description="What becomes of points that come back.")
    merges: MergesSection = Field(default=MergesSection(), description="Two accounts of one person made one.")
    transfers: TransfersSection | None = Field(
        default=None, description="Points that members give each other; left out: they cannot."
    )
    stored_value: StoredValueSection | None = Field(
        default=None, description="Money that members keep with the shop; left out: none."
    )
    adjustments: AdjustmentsSection = Field(
        default=AdjustmentsSection(), description="Points that staff give and take."
    )
    ledger: LedgerSection | None = Field(
        default=None, description="What becomes of old entries; left out: they are kept for ever."
    )
    messages: MessagesSection = Field(default=MessagesSection(), description="How members are written to.")
    version: int | None = Field(
        default=None,
        ge=1,
        description="The version that this was read as: the write is refused where it is not current.",
    )
    effective_from: Instant | None = Field(default=None, description="From when it counts; left out: at once.")

    @property
    def effective_instant(self) -> datetime | None:
        """From when it shall count, in UTC."""
        return datetime.fromisoformat(self.effective_from).astimezone(UTC) if self.effective_from else None


class _UntitledMembers(GenerateJsonSchema):
    """Without a title for every member: it would only repeat the name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic asks with it
        return False


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the document (draft 2020-12)."""
    schema = ProgramDocument.model_json_schema(by_alias=True, schema_generator=_UntitledMembers)
    return {"$schema": GenerateJsonSchema.schema_dialect, "$id": "urn:quen:program-document"} | schema
