"""Something for each worker to do: written into the stack's tables, so that the message that names it finds it there.

A job's run stands beside the day's own, where no schedule looks for work, and one member of its first shard is planned;
`warn-endings` goes through vouchers, of which the demo has none, and looks into its index.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from local.running_stack import RunningStack
from quen.clock import WallClock
from quen.dynamodb import commit
from quen.ids import new_id
from quen.jobs.model import Progress, Run, fresh_shards
from quen.jobs.store import RunStore
from quen.messages.labels import label_of
from quen.messages.model import Attempt, Intent, Message
from quen.messages.store import MessageStore
from quen.program.benefits import Benefit
from quen.vouchers.batch import Batch
from quen.vouchers.model import Terms
from quen.vouchers.store import VoucherStore
from quen.webhooks.model import Wake, Webhook
from quen.webhooks.store import WebhookStore

Body = Mapping[str, Any]
FIRST_SHARD = 0


def job_message(stack: RunningStack, job: str) -> Body:
    """A new run of the job for today, and the message for its first shard."""
    wall, planned = WallClock(), _planned(stack, job)
    now = wall.now().replace(microsecond=0)
    epoch = int(now.timestamp())
    first = Progress(pages=1, plan=planned, touched_at=epoch) if planned else Progress(touched_at=epoch)
    run = Run(job, now.date(), new_id("run"), now, now, "bench", is_claim=False, claimed_at=epoch)
    run = replace(run, shards=(first, *fresh_shards(epoch)[1:]))
    RunStore(stack.open_dynamodb(), stack.tables["program"]).create(run)
    return {"job": job, "run": run.key, "shard": FIRST_SHARD}


def _planned(stack: RunningStack, job: str) -> tuple[str, ...]:
    """Whom the first shard is about."""
    if job == "warn-endings":
        return ()
    return (stack.partner.partner_id if job == "close-statements" else stack.members[0]["member_id"],)


def intent_message(stack: RunningStack) -> Body:
    """A warning to a member: it goes at whatever hour, and of the same only so many go in a day."""
    member = secrets.choice(stack.members)["member_id"]
    what = f"what_{secrets.token_hex(4)}"
    return Intent(member, "security", f"1.{what}", {"what": "phone"}).body()


def batch_message(stack: RunningStack) -> Body:
    """A new batch of one voucher."""
    now = _now()
    terms = Terms(Benefit("percent_off", percent=Fraction(1, 10)), last_day=now.date() + timedelta(days=30))
    batch = Batch(new_id("vbt"), "First", 1, terms, now, fingerprint="")
    dynamodb = stack.open_dynamodb()
    commit(dynamodb, VoucherStore(dynamodb, stack.tables["ledger"]).adding_batch(batch))
    return {"batch_id": batch.batch_id}


def wake_message(stack: RunningStack) -> Body:
    """An event of a partner with a webhook: it is announced to that."""
    partner = stack.partner.partner_id
    store = WebhookStore(stack.open_dynamodb(), stack.tables["messages"])
    if not store.list_webhooks(partner):
        store.add(Webhook(new_id("whk"), partner, "https://receiver.example/", (), _now(), "none"))
    return Wake(partner, new_id("evt"), "points.earned").body()


def report_message(stack: RunningStack) -> Body:
    """What SES tells of a mail that went out: it was delivered."""
    now = _now()
    intent = Intent(stack.members[0]["member_id"], "welcome", secrets.token_hex(4), {"points": 0})
    store = MessageStore(stack.open_dynamodb(), stack.tables["messages"], WallClock())
    sent = replace(
        Message.of(intent, new_id("msg"), now),
        state="SENT",
        channel="email",
        provider_id=secrets.token_hex(8),
        sent_at=now,
        attempts=(Attempt("email", "accepted", now),),
    )
    store.claim(sent)
    tags = {"member": [intent.member_id], "kind": [intent.kind], "period": [label_of(intent.period)]}
    mail = {
        "messageId": sent.provider_id,
        "timestamp": now.isoformat(),
        "tags": tags,
        "destination": ["lan@quen.example"],
    }
    delivery = {"timestamp": now.isoformat(), "recipients": ["lan@quen.example"]}
    return {"eventType": "Delivery", "mail": mail, "delivery": delivery}


def _now() -> datetime:
    return WallClock().now().replace(microsecond=0)
