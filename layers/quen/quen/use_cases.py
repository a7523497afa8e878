"""The use cases that somebody asks for: of members, tills, partners and staff.

They are composed as `quen.bootstrap` composes the others: each when first used, its modules imported with it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from quen.adapters import pause
from quen.coalition import Coalition

if TYPE_CHECKING:
    from quen.adjustments.service import Adjustments
    from quen.agreements.service import Agreements
    from quen.cards.service import Cards
    from quen.earning.service import Purchases
    from quen.exchanges.service import Exchanges
    from quen.gifts.service import OccasionGifts
    from quen.imports.service import Imports
    from quen.ledger.lapses import Lapses
    from quen.ledger.service import Ledger
    from quen.members.bearers import Bearers
    from quen.members.service import Members
    from quen.memberships.service import Memberships
    from quen.merges.service import Merges
    from quen.occasions.service import Occasions
    from quen.partners.service import Partners
    from quen.perks.service import Perks
    from quen.planning.service import Plans
    from quen.receipts.service import Receipts
    from quen.returns.service import Returns
    from quen.rewards.catalogue import Catalogue
    from quen.rewards.passes import Passes
    from quen.rewards.service import Rewards
    from quen.segments.service import Segments
    from quen.statements.service import Statements
    from quen.stored_value.service import StoredValues
    from quen.tiers.history import TierHistory
    from quen.tiers.service import Tiers
    from quen.transfers.service import Transfers
    from quen.vouchers.batches import Batches
    from quen.vouchers.service import Vouchers


class UseCases(Coalition):
    """What is asked of one stack, over its real adapters."""

    @cached_property
    def plans(self) -> Plans:
        """What a document would change."""
        from quen.planning.movers import Movers
        from quen.planning.service import Plans

        return Plans(self.programs, Movers(self._ledger_store))

    @cached_property
    def ledger(self) -> Ledger:
        """Accounts and their entries."""
        from quen.ledger.service import Ledger

        return Ledger(self._ledger_store, self.programs, self._stock, self.clock, pause)

    @cached_property
    def adjustments(self) -> Adjustments:
        """Points that staff give or take."""
        from quen.adjustments.service import Adjustments

        return Adjustments(self.ledger, self.programs, self._ledger_store, self.keys.derive("ids"))

    @cached_property
    def members(self) -> Members:
        """Profiles, identities, cards."""
        from quen.members.cards import QrTokens
        from quen.members.service import Members

        return Members(self._member_store, self.ledger, self._lookups, QrTokens(self.keys.derive("qr")), self.wall)

    @cached_property
    def bearers(self) -> Bearers:
        """Who brings a token, where no authorizer has said it."""
        from quen.members.bearers import Bearers

        return Bearers(self.tokens, self.members.find_member_id, self.wall)

    @cached_property
    def imports(self) -> Imports:
        """Balances of an older system."""
        from quen.imports.service import Imports

        return Imports(self.ledger, self.members, self.programs)

    @cached_property
    def merges(self) -> Merges:
        """Two members who are one person."""
        from quen.merges.service import Merges

        documents, key = self._ledger_store, self.keys.derive("ids")
        return Merges(self.ledger, self._member_store, self._lookups, documents, self.programs, key)

    @cached_property
    def purchases(self) -> Purchases:
        """What tills report."""
        from quen.earning.service import Purchases

        return Purchases(self.ledger, self.members, self.programs, self._budgets, self._totals)

    @cached_property
    def receipts(self) -> Receipts:
        """Purchases that name no member, to be claimed later."""
        from quen.receipts.codes import ClaimCodes
        from quen.receipts.service import Receipts

        # Whoever claims signs nothing: of partners the records alone, without the cryptography.
        given = self._ledger_store, self.programs, self._partner_store, self.partner_rates, ClaimCodes(self.keys)
        return Receipts(self.purchases, self.ledger, *given)

    @cached_property
    def occasions(self) -> Occasions:
        """What members do that is no purchase."""
        from quen.occasions.claims import EventClaims
        from quen.occasions.service import Occasions

        claims = EventClaims(self.ledger, self._ledger_store, self.keys.derive("ids"))
        return Occasions(self.ledger, self.members, self.programs, claims, self._budgets, self._totals)

    @cached_property
    def rewards(self) -> Rewards:
        """Redemptions."""
        from quen.rewards.service import Rewards

        store, key = self._ledger_store, self.keys.derive("ids")
        issue, totals = self.vouchers, self._totals
        return Rewards(self.ledger, self.members, store, self.programs, self._stock, store, issue, totals, key)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What points buy, and what members have off a bill."""
        from quen.rewards.catalogue import Catalogue

        return Catalogue(self.ledger, self.members, self.programs, self._stock)

    @cached_property
    def perks(self) -> Perks:
        """What members have that is no points."""
        from quen.perks.service import Perks

        return Perks(self.ledger, self.members, self.programs)

    @cached_property
    def transfers(self) -> Transfers:
        """Points that members give each other."""
        from quen.transfers.service import Transfers

        return Transfers(self.ledger, self.members, self.programs, self.keys.derive("ids"))

    @cached_property
    def passes(self) -> Passes:
        """Reservations for tills without a network."""
        from quen.rewards.passes import Passes

        return Passes(self.keys.derive("offline passes"))

    @cached_property
    def exchanges(self) -> Exchanges:
        """Points of other programs."""
        from quen.exchanges.service import Exchanges

        return Exchanges(self.ledger, self.members, self.programs, self._totals)

    @cached_property
    def gifts(self) -> OccasionGifts:
        """What birthdays, holidays and win-backs give."""
        from quen.gifts.service import OccasionGifts

        return OccasionGifts(self.ledger, self.vouchers, self.keys.derive("ids"))

    @cached_property
    def lapses(self) -> Lapses:
        """Who stays away."""
        from quen.ledger.lapses import Lapses

        return Lapses(self.ledger, self._ledger_store)

    @cached_property
    def tiers(self) -> Tiers:
        """Who has which tier."""
        from quen.tiers.service import Tiers

        return Tiers(self.ledger, self.programs)

    @cached_property
    def tier_history(self) -> TierHistory:
        """How members came by their tiers."""
        from quen.tiers.history import TierHistory

        return TierHistory(self.ledger, self.members, self.programs)

    @cached_property
    def segments(self) -> Segments:
        """Who is in which segment."""
        from quen.segments.service import Segments

        return Segments(self.ledger, self.members, self.programs)

    @cached_property
    def stored_values(self) -> StoredValues:
        """Money that members keep with the shop."""
        from quen.stored_value.service import StoredValues

        key = self.keys.derive("ids")
        return StoredValues(self.ledger, self.members, self.programs, self._ledger_store, key)

    @cached_property
    def vouchers(self) -> Vouchers:
        """Codes that are worth something once."""
        from quen.vouchers.codes import VoucherCodes
        from quen.vouchers.service import Vouchers

        given = self.ledger, self.members, self.programs, self.partner_rates, VoucherCodes(self.keys)
        return Vouchers(self._voucher_store, self._ledger_store, *given, self.keys.derive("ids"), pause)

    @cached_property
    def voucher_batches(self) -> Batches:
        """Vouchers that are issued by the thousand."""
        from quen.vouchers.batches import Batches
        from quen.vouchers.codes import VoucherCodes
        from quen.vouchers.queue import SqsBatchQueue

        queue = SqsBatchQueue(self._sqs, self.settings.issue_vouchers_queue_url)
        given = self.programs, queue, VoucherCodes(self.keys), self.clock
        return Batches(self._voucher_store, self._ledger_store, *given, self.keys.derive("ids"), pause)

    @cached_property
    def statements(self) -> Statements:
        """What accounts were, and why."""
        from quen.statements.service import Statements

        return Statements(self.ledger, self._ledger_store, self.programs)

    @cached_property
    def cards(self) -> Cards:
        """Punch cards."""
        from quen.cards.service import Cards

        return Cards(self.ledger, self.programs)

    @cached_property
    def memberships(self) -> Memberships:
        """What members pay for."""
        from quen.memberships.service import Memberships

        return Memberships(self.ledger, self.members, self.programs, self.keys.derive("ids"))

    @cached_property
    def returns(self) -> Returns:
        """Goods that come back."""
        from quen.returns.service import Returns

        return Returns(self.ledger, self.programs, self._ledger_store, self._budgets, self._totals)

    @cached_property
    def partners(self) -> Partners:
        """Partners, their keys, and who signed a request."""
        from quen.partners.service import Partners
        from quen.partners.signatures import Rfc9421Signatures
        from quen.partners.store import NonceStore

        nonces = NonceStore(self._dynamodb, self.settings.program_table)
        return Partners(self._partner_store, nonces, self._key_secrets, Rfc9421Signatures(), self.wall)

    @cached_property
    def agreements(self) -> Agreements:
        """Partners, as staff administer them."""
        from quen.agreements.service import Agreements
        from quen.agreements.store import AgreementStore

        records = AgreementStore(self._dynamodb, self.settings.program_table)
        given = self.partners, self._total_counts, self.programs, self.clock, self.keys.derive("ids")
        return Agreements(records, *given, pause)
