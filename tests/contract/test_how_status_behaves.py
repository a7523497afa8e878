"""The marketing guide's "How tiers and cards behave": every example there is told by the ledger itself, line by line."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from contract.test_how_points_behave import Story, is_told
from factories import make_card, make_stamping
from quen.ledger.model import SetTier, tier_of
from quen.program.model import TierPolicy
from quen.tiers.views import tier_view
from tiered import make_tiered

FIRST = date(2026, 11, 22)
TOLD = TierPolicy(notice_days=30, grace_days=14)


class Life(Story):
    """The same, told by what the member then is."""

    def has(self) -> str:
        account, program = self.till.account, self.till.program
        day = program.local_day(self.till.now)
        tier = program.tier_of(tier_of(account, program, day))
        view = tier_view(account, program, day)
        assert tier
        assert view
        until = f" to {date.fromisoformat(view['until']):%d %b %Y}" if view["until"] else ""
        return f"{tier.name_in('en')}{until}: {view['progress']['sentence']['en']}"


class Card(Story):
    """The same, told by what is on the card, and what it has brought."""

    def has(self) -> str:
        mark = self.till.account.cards.get("coffee")
        gifts = [f"{count} {key.partition('/')[0]}" for key, count in self.till.account.gifts.items()]
        return ", ".join([f"{mark.stamps if mark else 0} of 12 stamps", *gifts])


def test_a_tier_is_reached_at_once_and_spending_points_takes_nothing_of_it() -> None:
    is_told(Life(make_tiered(), FIRST).buys(200_000).buys(400_000, "B").reserves(50).gets_it().buys(500_000, "C"))


def test_a_tier_is_lost_only_at_a_review_a_level_at_a_time_after_notice_and_grace() -> None:
    story = Life(make_tiered(tiering=TOLD), FIRST).buys(1_200_000)
    story.on(date(2027, 1, 1), 0).waits().on(date(2027, 12, 1), 0).waits().on(date(2028, 1, 1), 0).waits()
    is_told(story.on(date(2028, 1, 15), 0).waits())


def test_what_is_bought_in_the_grace_keeps_the_tier() -> None:
    story = Life(make_tiered(tiering=TOLD), FIRST).buys(1_200_000)
    story.on(date(2027, 12, 30)).buys(700_000, "B").on(date(2028, 1, 5)).waits()
    is_told(story.buys(400_000, "C"))


def test_goods_that_come_back_count_no_more_and_the_review_says_what_that_means() -> None:
    story = Life(make_tiered(tiering=replace(TOLD, notice_days=0, grace_days=0)), FIRST)
    is_told(story.buys(600_000).brings_back(400_000).on(date(2027, 1, 1), 0).waits())


def test_a_tier_that_staff_give_stands_beside_what_is_earned() -> None:
    story = Life(make_tiered(), FIRST)
    gold = SetTier("gold", date(2026, 12, 31), "goodwill")
    story.tell("is given Gold by staff until New Year", lambda: story.till.do(gold))
    is_told(story.buys(600_000).on(date(2027, 1, 1), 0).waits())


def test_a_card_brings_a_gift_at_each_milestone_and_goes_on() -> None:
    is_told(Card(make_stamping(), FIRST).buys(40_000).buys(30_000, "B").buys(60_000, "C"))


def test_goods_that_come_back_take_their_stamps_and_unused_gifts_along() -> None:
    is_told(Card(make_stamping(), FIRST).buys(120_000).brings_back(10_000).brings_back(80_000))


def test_a_card_lives_from_its_first_stamp() -> None:
    story = Card(make_stamping(card=make_card(months=6)), FIRST).buys(30_000)
    is_told(story.on(date(2027, 5, 22), 23, 59).waits().on(date(2027, 5, 23), 0).waits())
