"""Plays use cases against each other one DynamoDB call at a time, in every order in which their calls can come.

Each player is a thread that stops before every call of its own until it is let go on, and never two are on their way at
once. So an order is exact and comes out the same again: "ABBA" says who made the first call, the second, and so on. How
many calls a player makes depends on the order (a lost race is read again), so the orders are found by playing them, depth
first: the first order is A alone and then B, the last one B alone and then A.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

STEP_SECONDS_MAX = 30
READS = frozenset({"GetItem", "BatchGetItem", "Query", "TransactGetItems"})

Act = Callable[[], Any]


class Call(NamedTuple):
    """A call to DynamoDB, before it is made."""

    operation: str
    parameters: Mapping[str, Any]

    def commutes_with(self, other: Call) -> bool:
        """Whether neither can see which of them came first: both read, or they touch other items."""
        if self.operation in READS and other.operation in READS:
            return True
        mine, others = self._items(), other._items()
        return mine is not None and others is not None and not mine & others

    def _items(self) -> set[str] | None:
        """The items that it names one by one; None where it says something else, and might touch any."""
        if self.operation == "GetItem":
            return {f"{self.parameters['TableName']} {self.parameters['Key']}"}
        if self.operation != "TransactWriteItems":
            return None
        writes = [write for item in self.parameters["TransactItems"] for write in item.values()]
        keys = [write.get("Key") or {name: write["Item"][name] for name in ("PK", "SK")} for write in writes]
        return {f"{write['TableName']} {key}" for write, key in zip(writes, keys, strict=True)}


class TurnstileClient:
    """Passes every call on; a player's waits until the player is let go on. Others (a test's own calls) never wait."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **parameters: Any) -> Any:
        return self._make_api_call("TransactWriteItems", parameters)

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> Any:
        player = threading.current_thread()
        if isinstance(player, Player):
            player.stop_before(Call(operation, parameters))
        return self._client._make_api_call(operation, parameters)


class Player(threading.Thread):
    """One use case on its way. `waits_for` is the call that it stands before (None: it has ended), `answer` how it ended:
    what it returned or raised.
    """

    def __init__(self, act: Act) -> None:
        super().__init__(daemon=True)
        self.waits_for: Call | None = None
        self.answer: Any = None
        self._act = act
        self._may_go = threading.Semaphore(0)
        self._stands = threading.Semaphore(0)

    def run(self) -> None:
        try:
            self.answer = self._act()
        except BaseException as error:  # noqa: BLE001 - how it ends is the point
            self.answer = error
        self.waits_for = None
        self._stands.release()

    def stop_before(self, call: Call) -> None:
        """Called by the player itself: stand here until it is let go on."""
        self.waits_for = call
        self._stands.release()
        self._may_go.acquire()

    def set_out(self) -> None:
        """Start, and come to the first call."""
        self.start()
        self._await()

    def go_on(self) -> None:
        """Make the call that it stands before, and come to the next one, or to the end."""
        self._may_go.release()
        self._await()

    def _await(self) -> None:
        if not self._stands.acquire(timeout=STEP_SECONDS_MAX):
            raise TimeoutError(f"a player came to no call and no end in {STEP_SECONDS_MAX} s: it waits for the other")


class Stage(NamedTuple):
    """Who plays, by one-letter names, over a fresh scene; and what is seen of it, and of their answers, when all have ended."""

    acts: Mapping[str, Act]
    observe: Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Play:
    """One order, what was observed after it, and who could have been let go on instead at each of its steps."""

    order: str
    outcome: Any
    choices: Sequence[str]

    @property
    def is_serial(self) -> bool:
        """Whether nobody's calls came between another's."""
        return sum(before != after for before, after in zip(self.order, self.order[1:], strict=False)) < len(
            set(self.order)
        )


def every_order(set_stage: Callable[[], Stage], *, once_each: bool = False) -> Iterator[Play]:
    """Plays on a fresh stage in each order; with `once_each`, of orders that nobody can tell apart only in one.

    Those are orders that become the same when neighbouring calls that commute change places. The serial ones come first
    and last, either way.
    """
    wanted: str | None = ""
    while wanted is not None:
        stage = set_stage()
        order, choices, answers = _played(stage.acts, wanted, once_each=once_each)
        assert order.startswith(wanted), f"{wanted} came out as {order}: the players are not deterministic"
        try:
            outcome = stage.observe(answers)
        except BaseException as error:
            error.add_note(f"in the order {order}")
            raise
        yield Play(order, outcome, choices)
        wanted = _following(order, choices)


def not_serialisable(plays: Sequence[Play]) -> list[Play]:
    """The plays whose outcome is that of no serial order."""
    serial = [play.outcome for play in plays if play.is_serial]
    return [play for play in plays if play.outcome not in serial]


def _played(acts: Mapping[str, Act], wanted: str, *, once_each: bool) -> tuple[str, list[str], dict[str, Any]]:
    """Let the players go on as `wanted` says, and from there on each to its end in turn."""
    players = {name: Player(act) for name, act in acts.items()}
    for player in players.values():
        player.set_out()
    order = ""
    choices: list[str] = []
    made: Call | None = None
    while waiting := {name: player.waits_for for name, player in players.items() if player.waits_for}:
        choice = _worth_trying(waiting, order[-1:], made if once_each else None)
        name = wanted[len(order)] if len(order) < len(wanted) else choice[0]
        made = waiting[name]
        order, choices = order + name, [*choices, choice]
        players[name].go_on()
    return order, choices, {name: player.answer for name, player in players.items()}


def _worth_trying(waiting: Mapping[str, Call], maker: str, made: Call | None) -> str:
    """Everybody who waits, but not who could as well have come before the call that was just made, and in its turn did."""
    tried = {name for name, call in waiting.items() if made and name < maker and call.commutes_with(made)}
    return "".join(name for name in waiting if name not in tried) or "".join(waiting)


def _following(order: str, choices: Sequence[str]) -> str | None:
    """How the next order begins: as this one to the last step with an untried choice, and then that choice."""
    for step in reversed(range(len(order))):
        untried = choices[step].partition(order[step])[2]
        if untried:
            return order[:step] + untried[0]
    return None
