"""A life that leaves one of everything that is stored: every kind of entry, document, partner's account and message.

`live` is a list of chapters, each with the clock where the one before left it. What must still wait at the end (held points,
reserved vouchers, a merge that can be undone, a run half done) is left so by the last one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from upgrade.asking import PHONES, Desk, text_of, vnd
from upgrade.shop import first_program, second_program
from upgrade.world import CONTEXT, World

BEGINNING = datetime(2026, 1, 5, 4, tzinfo=UTC)
CONSENTS = [
    {"purpose": purpose, "granted": True, "text_version": "1"}
    for purpose in ("transactional", "marketing", "profiling")
]
OWNER, TILL, MILES, BAKERY = "staff/owner", "partner/till", "partner/miles", "partner/bakery"


class Life:
    """What the chapters share: who asks, whose ids are known, what was given which number."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk: Desk = world.desk
        self.members: dict[str, str] = {}
        self.partners: dict[str, str] = {}
        self.left: dict[str, str] = {}
        self._numbers = 0

    def key(self) -> str:
        """A key that nobody has used."""
        self._numbers += 1
        return f"k-{self._numbers}"

    def ago(self, **by: float) -> str:
        """So long before now."""
        return text_of(self.world.now() - timedelta(**by))

    def buy(self, who: str, purchase_id: str, amount: int, *, partner: str = TILL, **more: Any) -> Any:
        """A purchase at a till."""
        body = {
            "purchase_id": purchase_id,
            "member": {"phone": PHONES[who]},
            "occurred_at": self.ago(minutes=5),
            "total": vnd(amount),
        }
        return self.desk.done(partner, "POST", "/v1/purchases", body | more)

    def give_back(self, purchase_id: str, return_id: str, amount: int) -> Any:
        """Goods come back."""
        body = {"return_id": return_id, "occurred_at": self.ago(minutes=1), "amount": vnd(amount)}
        return self.desk.done(TILL, "POST", f"/v1/purchases/{purchase_id}/returns", body)

    def give(self, who: str, points: int) -> Any:
        """Points from staff."""
        body = {"points": points, "reason_code": "goodwill", "note": "for the life"}
        return self.desk.done(OWNER, "POST", f"/v1/members/{self.members[who]}/adjustments", body, key=self.key())

    def reserve(self, who: str, reward_id: str) -> str:
        """A reward held at the till; answers the redemption's id."""
        body = {"member": {"phone": PHONES[who]}, "reward_id": reward_id}
        return str(self.desk.done(TILL, "POST", "/v1/redemptions", body, key=self.key())["redemption_id"])

    def end(self, redemption_id: str, how: str) -> Any:
        """What becomes of what is held."""
        return self.desk.done(TILL, "POST", f"/v1/redemptions/{redemption_id}/{how}")

    def run(self, job: str) -> Any:
        """A job by hand, for today."""
        on = self.world.now().astimezone(UTC) + timedelta(hours=7)
        return self.desk.done(OWNER, "POST", f"/v1/jobs/{job}/runs", {"on": on.date().isoformat()})

    def make_partner(self, name: str, relation: str) -> None:
        """A partner with a key."""
        made = self.desk.done(OWNER, "POST", "/v1/partners", {"name": name, "relation": relation})
        self.partners[name] = made["partner_id"]
        key = self.desk.done(OWNER, "POST", f"/v1/partners/{made['partner_id']}/keys", {"algorithm": "hmac-sha256"})
        self.desk.credentials[name] = {"key_id": key["key_id"], "secret": key["secret"]}


def open_the_shop(life: Life) -> None:
    """A program, three partners on their terms, ten members, two who were customers of an older system."""
    life.world.set_now(BEGINNING)
    life.desk.done(OWNER, "PUT", "/v1/program", first_program())
    life.world.pass_days(1)
    for name, relation in (("till", "own"), ("miles", "brand"), ("bakery", "brand")):
        life.make_partner(name, relation)
    prices = {"issued": "100", "redeemed": "80.5", "expired": "10"}
    for name, billing in (("miles", "postpaid"), ("bakery", "prepaid")):
        terms = {
            "from": "2026-02-01",
            "billing": billing,
            "prices": prices,
            "when_empty": "continue",
            "alert_below": 50,
        }
        life.desk.done(OWNER, "POST", f"/v1/partners/{life.partners[name]}/terms", terms)
    rates = {"points": 10, "units": 20, "fee": 5, "minimum": 50, "per_day": 3_000, "hold_hours": 24}
    into = {"points": 10, "units": 25, "per_day": 1_000, "hold_hours": 48}
    life.desk.done(OWNER, "PUT", f"/v1/partners/{life.partners['miles']}/exchange", {"out": rates, "into": into})
    life.desk.done(MILES, "POST", "/v1/webhooks", {"url": "https://hooks.example.com/", "event_types": ["points."]})
    for number, (who, phone) in enumerate(PHONES.items(), 1):
        body = {
            "phone": phone,
            "email": f"{who}@example.com",
            "name": f"Nguyễn {who.title()}",
            "birthday": f"1990-{number:02}-15",
            "locale": "vi",
            "consents": CONSENTS[:2] if who == "minh" else CONSENTS,
        }
        life.members[who] = life.desk.done(f"member/{who}", "POST", "/v1/members", body)["member_id"]
    rows = [
        {
            "row_id": "1",
            "phone": "0901111111",
            "lots": [{"points": 300, "expires_on": "2026-12-31"}],
            "cards": {"cups": 2},
        },
        {"row_id": "2", "email": "old@example.com", "qualifying": {"2025-11": 50}, "stored_value": 20_000},
    ]
    life.desk.done(OWNER, "POST", "/v1/imports/old/rows", {"rows": rows})
    life.world.stream()


def buy_and_bring_back(life: Life) -> None:
    """Purchases with lines, from batches, from receipts and events; returns, one of them into debt and beyond."""
    lines = [
        {"line_id": "1", "sku": "latte", "quantity": 2, "amount": vnd(90_000)},
        {"line_id": "2", "sku": "cake", "category": "food", "quantity": 1, "amount": vnd(35_000)},
    ]
    life.buy("lan", "L-1", 125_000, lines=lines, store_id="ben-thanh")
    life.buy("hoa", "H-1", 4_000_000)
    life.buy("minh", "M-1", 800_000)
    life.buy("anna", "A-1", 400_000, partner=MILES)
    life.buy("anna", "A-2", 300_000, partner=BAKERY)
    life.world.pass_days(3)
    life.buy("lan", "L-2", 2_000_000)
    life.give_back("L-1", "R-1", 50_000)
    body = {
        "return_id": "R-2",
        "occurred_at": life.ago(minutes=1),
        "lines": [{"line_id": "2", "quantity": 1, "amount": vnd(35_000)}],
    }
    life.desk.ask(TILL, "POST", "/v1/purchases/L-1/returns", body)
    one = {"member": {"phone": PHONES["vy"]}, "occurred_at": life.ago(hours=2), "total": vnd(60_000)}
    batch = [one | {"purchase_id": "V-1"}, one | {"purchase_id": "V-2", "total": vnd(70_000)}]
    life.desk.done(TILL, "POST", "/v1/purchases/batch", {"purchases": batch})
    receipt = {"purchase_id": "RC-1", "occurred_at": life.ago(minutes=9), "total": vnd(90_000)}
    code = life.desk.done(TILL, "POST", "/v1/receipts", receipt)["claim_code"]
    life.desk.done("member/vy", "POST", "/v1/me/receipts", {"claim_code": code})
    for number, kind in enumerate(("review", "latte-class"), 1):
        told = {
            "event_id": f"E-{number}",
            "type": kind,
            "member": {"phone": PHONES["vy"]},
            "subject": f"about {number}",
        }
        life.desk.done(TILL, "POST", "/v1/events", told | {"occurred_at": life.ago(minutes=2)})
    # Minh spends nearly all, then brings everything back: debt, and what is beyond it written off.
    life.end(life.reserve("minh", "tumbler"), "redeem")
    life.give_back("M-1", "R-3", 800_000)
    life.world.stream()


def spend(life: Life) -> None:
    """Every way that a reservation ends, a bought voucher, a perk, money that is kept with the shop, points of an airline."""
    life.end(life.reserve("hoa", "coffee"), "redeem")
    life.end(life.reserve("hoa", "banh-mi"), "release")
    refunded = life.reserve("hoa", "banh-mi")
    life.end(refunded, "redeem")
    life.end(refunded, "refund")
    life.reserve("hoa", "size-up")  # nobody comes for it: it lapses
    own = life.desk.done("member/hoa", "POST", "/v1/me/redemptions", {"reward_id": "size-up"}, key=life.key())
    life.desk.done("member/hoa", "POST", f"/v1/me/redemptions/{own['redemption_id']}/cancel")
    life.end(life.reserve("hoa", "fifty"), "redeem")
    pay = {"member": {"phone": PHONES["lan"]}, "points": 20, "purchase_id": "L-2"}
    life.end(life.desk.done(TILL, "POST", "/v1/redemptions", pay, key=life.key())["redemption_id"], "redeem")
    perk = {"member": {"phone": PHONES["hoa"]}, "perk_id": "upsize"}
    life.end(life.desk.done(TILL, "POST", "/v1/redemptions", perk, key=life.key())["redemption_id"], "redeem")
    gift = {"member": {"phone": PHONES["vy"]}, "reward_id": "size-up", "gift": True}
    life.end(life.desk.done(TILL, "POST", "/v1/redemptions", gift, key=life.key())["redemption_id"], "redeem")
    load = {"member": {"phone": PHONES["hoa"]}, "amount": vnd(200_000)}
    life.desk.done(TILL, "POST", "/v1/stored-value/loads", load, key=life.key())
    paid = life.desk.done(TILL, "POST", "/v1/stored-value/redemptions", load | {"amount": vnd(80_000)}, key=life.key())
    back = f"/v1/stored-value/redemptions/{paid['activity_id']}/refunds"
    life.desk.done(TILL, "POST", back, {"amount": vnd(30_000)}, key=life.key())
    out = {"member": {"member_id": life.members["hoa"]}, "exchange": {"points": 105}}
    held = life.desk.ask(MILES, "POST", "/v1/redemptions", out, key=life.key())
    if held.status == 201:
        life.desk.done(MILES, "POST", f"/v1/redemptions/{held.body['redemption_id']}/redeem")
    known = {"exchange_id": "X-1", "member": {"phone": PHONES["anna"]}, "units": 75}
    life.desk.ask(MILES, "POST", "/v1/exchanges", known)
    life.world.pass_days(1)
    life.world.stream()


def staff_at_work(life: Life) -> None:
    """Adjustments, tiers, cards, transfers, merges, states, vouchers, packs."""
    life.give("lan", 400)
    life.give("mai", 90)
    life.give("tuan-again", 150)
    above = {"points": 5_000, "reason_code": "goodwill", "note": "needs a second"}
    asked = life.desk.done(OWNER, "POST", f"/v1/members/{life.members['lan']}/adjustments", above, key=life.key())
    life.desk.done("staff/owner/second", "POST", f"/v1/adjustments/{asked['adjustment_id']}/approve")
    tier = {"tier": "gold", "until": "2026-12-31", "reason_code": "regular", "note": "a friend"}
    life.desk.done(OWNER, "POST", f"/v1/members/{life.members['anna']}/tier", tier)
    card = life.desk.done(OWNER, "POST", f"/v1/members/{life.members['lan']}/cards", {})
    life.desk.ask(OWNER, "POST", f"/v1/members/{life.members['lan']}/cards/{card['card_id']}/block", {"reason": "lost"})
    life.desk.done("member/hoa", "GET", "/v1/me/card")
    body = {"to": {"phone": PHONES["vy"]}, "points": 25}
    life.desk.done("member/lan", "POST", "/v1/me/transfers", body, key=life.key())
    for survivor, merged in (("mai", "mai-again"), ("tuan", "tuan-again")):
        both = {"merged_member_id": life.members[merged], "reason": "the same person"}
        done = life.desk.done(OWNER, "POST", f"/v1/members/{life.members[survivor]}/merges", both, key=life.key())
        if survivor == "mai":
            life.desk.done(OWNER, "POST", f"/v1/merges/{done['merge_id']}/undo", {"reason": "two after all"})
    life.desk.done(OWNER, "PUT", f"/v1/members/{life.members['lan']}/tags", {"tags": ["press"]})
    blocked = {"state": "blocked", "reason": "a card that was stolen"}
    life.desk.done(OWNER, "POST", f"/v1/members/{life.members['huy']}/state", blocked)
    value = {"amount": 15_000, "reason_code": "goodwill", "note": "a gift"}
    path = f"/v1/members/{life.members['lan']}/stored-value/adjustments"
    life.desk.done(OWNER, "POST", path, value, key=life.key())
    batch = {
        "name": "Tết",
        "count": 4,
        "benefit": {"kind": "amount_off", "amount": 50_000},
        "partial": True,
        "valid_until": "2099-12-31",
    }
    begun = life.desk.done(OWNER, "POST", "/v1/voucher-batches", batch, key=life.key())
    life.world.stream()
    page = life.desk.done(OWNER, "GET", f"/v1/voucher-batches/{begun['batch_id']}/codes")
    codes = [item["code"] for item in page["items"]]
    bill = {"code": codes[0], "bill": {"total": vnd(30_000)}}
    life.desk.done(TILL, "POST", "/v1/vouchers/redeem", bill, key=life.key())
    life.left["voucher"] = codes[1]
    pack = {"points": 1_000, "paid": vnd(100_000)}
    life.desk.done(OWNER, "POST", f"/v1/partners/{life.partners['bakery']}/packs", pack, key=life.key())


def pay_for_a_membership(life: Life) -> None:
    """One who pays, one who tries, one whose payment fails, one who is refunded."""
    for number, (who, outcome) in enumerate((("lan", "succeeded"), ("hoa", "succeeded"), ("anna", "failed"))):
        body = {
            "payment_id": f"INV-{number}",
            "member": {"phone": PHONES[who]},
            "plan_id": "plus",
            "outcome": outcome,
            "amount": vnd(49_000),
            "occurred_at": life.ago(minutes=1),
        }
        life.desk.ask(TILL, "POST", "/v1/payments", body)
    life.desk.done("member/vy", "POST", "/v1/me/membership", {"plan_id": "plus"}, key=life.key())
    back = {"member": {"phone": PHONES["hoa"]}, "plan_id": "plus"}
    life.desk.done(TILL, "POST", "/v1/memberships/refund", back, key=life.key())
    life.desk.done("member/lan", "POST", "/v1/me/membership/cancel")
    life.desk.done("member/hoa/hoa.new", "PATCH", "/v1/me", {"email": "hoa.new@example.com"})
    life.world.stream()


def let_a_year_pass(life: Life) -> None:
    """Nights of every kind, a second program, months that close, people who stay away, points that end."""
    for days in (10, 18, 12):  # into February and March
        life.world.pass_days(days)
        life.buy("lan", f"L-{life.key()}", 180_000)
        life.buy("tuan", f"T-{life.key()}", 95_000, partner=BAKERY)
        life.buy("minh", f"M-{life.key()}", 60_000)  # who has not agreed to be won back
        for job in ("birthday-rewards", "expire-points", "holiday-rewards", "review-tiers"):
            life.run(job)
        life.world.stream()
    life.world.set_now(datetime(2026, 2, 17, 3, tzinfo=UTC))  # Tết, told late
    life.run("holiday-rewards")
    life.world.set_now(datetime(2026, 3, 20, 3, tzinfo=UTC))
    life.desk.done(OWNER, "PUT", "/v1/program", second_program())
    life.world.pass_days(1)
    life.desk.done(OWNER, "POST", f"/v1/partners/{life.partners['miles']}/statements/2026-02/close")
    life.buy("lan", "L-9", 500_000)
    for day in (
        date_of(2026, 5, 30),
        date_of(2026, 7, 2),
        date_of(2026, 7, 31),
        date_of(2026, 8, 16),
        date_of(2026, 9, 2),
    ):
        life.world.set_now(day)
        for job in ("expire-points", "review-tiers", "win-back", "warn-endings", "announcements"):
            life.run(job)
        life.world.stream()
        life.world.stream()  # what telling people wrote: proofs of warnings
    life.run("close-statements")
    life.run("verify-ledger")


def leave_things_open(life: Life) -> None:
    """What an upgrade finds half done."""
    life.world.set_now(datetime(2027, 1, 2, 3, tzinfo=UTC))
    life.run("review-tiers")
    life.give("lan", 500)
    life.give("hoa", 500)
    life.give("mai", 60)
    both = {"merged_member_id": life.members["mai-again"], "reason": "one person, surely"}
    merge = life.desk.done(OWNER, "POST", f"/v1/members/{life.members['mai']}/merges", both, key=life.key())
    life.left["merge"] = merge["merge_id"]
    life.buy("lan", "L-10", 250_000)
    life.left["redemption"] = life.reserve("lan", "coffee")
    life.left["to_release"] = life.reserve("hoa", "banh-mi")
    voucher = {"code": life.left["voucher"], "bill": {"total": vnd(20_000)}}
    life.left["use"] = life.desk.done(TILL, "POST", "/v1/vouchers/reserve", voucher, key=life.key())["use_id"]
    above = {"points": 9_000, "reason_code": "goodwill", "note": "waits for a second"}
    asked = life.desk.done(OWNER, "POST", f"/v1/members/{life.members['vy']}/adjustments", above, key=life.key())
    life.left["adjustment"] = asked["adjustment_id"]
    out = {"member": {"member_id": life.members["hoa"]}, "exchange": {"points": 105}}
    life.left["exchange"] = life.desk.done(MILES, "POST", "/v1/redemptions", out, key=life.key())["redemption_id"]
    receipt = {"purchase_id": "RC-2", "occurred_at": life.ago(minutes=9), "total": vnd(70_000)}
    life.left["claim_code"] = life.desk.done(TILL, "POST", "/v1/receipts", receipt)["claim_code"]
    dispute = {"month": "2027-01", "reason": "never sold", "points": 0, "purchase_id": "A-1"}
    life.desk.ask(MILES, "POST", "/v1/disputes", dispute, key=life.key())
    life.world.stream()


def leave_a_night_half_done(life: Life) -> list[str]:
    """A schedule that has claimed its days, and what it put on the queue: nobody has worked it yet."""
    from expire_points.app import start

    start({"time": text_of(datetime.now(UTC))}, CONTEXT)  # the real time: the function adds the sandbox's
    return life.world.drain("expire-points")


def date_of(year: int, month: int, day: int) -> datetime:
    """Ten in the morning of that day, in Saigon."""
    return datetime(year, month, day, 3, tzinfo=UTC)


CHAPTERS: tuple[Callable[[Life], None], ...] = (
    open_the_shop,
    buy_and_bring_back,
    spend,
    staff_at_work,
    pay_for_a_membership,
    let_a_year_pass,
    leave_things_open,
)


def live(world: World) -> tuple[Life, list[str]]:
    """All of it; answers what a night that has just begun put on its queue."""
    life = Life(world)
    for chapter in CHAPTERS:
        chapter(life)
    return life, leave_a_night_half_done(life)
