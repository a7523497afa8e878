"""The scheduler itself, over a dictionary: it finds every order, plays it exactly, and leaves none out that could matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from math import comb
from typing import Any

import pytest

from engine.schedule import Call, Play, Stage, TurnstileClient, every_order, not_serialisable
from engine.wallet import BALANCE, NaiveWallet


class DictionaryClient:
    """Reads and writes single items, and notes who did what."""

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}
        self.calls: list[str] = []

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> Any:
        self.calls.append(operation)
        if operation == "PutItem":
            self.items[str({name: parameters["Item"][name] for name in ("PK", "SK")})] = parameters["Item"]
        return {"Item": item} if (item := self.items.get(str(parameters.get("Key")))) else {}


def callers(*calls: int) -> Callable[[], Stage]:
    """Players who make so many calls each; what is observed is in which order the calls came."""

    def set_stage() -> Stage:
        client, made = TurnstileClient(DictionaryClient()), []

        def call(name: str, times: int) -> None:
            for _ in range(times):
                client._make_api_call("PutItem", {"Item": {"PK": name, "SK": name}})
                made.append(name)

        acts = {name: partial(call, name, times) for name, times in zip("ABC", calls, strict=False)}
        return Stage(acts, lambda _answers: "".join(made))

    return set_stage


def wallets(*points: int) -> Iterator[Stage]:
    for number in count():
        wallet = NaiveWallet(TurnstileClient(DictionaryClient()), "table", f"wallet-{number}")
        acts = {name: partial(wallet.spend, name, wanted) for name, wanted in zip("ABC", points, strict=False)}
        yield Stage(acts, partial(seen, wallet))


def seen(wallet: NaiveWallet, answers: Mapping[str, Any]) -> Any:
    return sorted(answers.items()), wallet.balance()


def orders(plays: list[Play]) -> list[str]:
    return [play.order for play in plays]


@pytest.mark.parametrize(("first", "second"), [(1, 1), (2, 3), (4, 4)])
def test_two_players_meet_in_every_order_once(first: int, second: int) -> None:
    plays = list(every_order(callers(first, second)))
    assert len(set(orders(plays))) == len(plays) == comb(first + second, first)
    assert all(play.order == play.outcome for play in plays)


def test_three_players_meet_in_every_order_once() -> None:
    plays = list(every_order(callers(2, 2, 2)))
    assert len(set(orders(plays))) == len(plays) == 90
    assert sum(play.is_serial for play in plays) == 6


def test_the_serial_orders_come_first_and_last() -> None:
    plays = list(every_order(callers(2, 3)))
    assert [play.order for play in plays if play.is_serial] == [plays[0].order, plays[-1].order] == ["AABBB", "BBBAA"]


@pytest.mark.parametrize("points", [(BALANCE, BALANCE), (BALANCE, 30), (60, 60)])
def test_orders_that_are_left_out_end_like_one_that_is_not(points: tuple[int, int]) -> None:
    every = list(every_order(wallets(*points).__next__))
    fewer = list(every_order(wallets(*points).__next__, once_each=True))
    assert len(fewer) < len(every)
    assert set(orders(fewer)) < set(orders(every))
    assert {str(play.outcome) for play in fewer} == {str(play.outcome) for play in every}
    assert len(not_serialisable(fewer)) > 0


def test_reads_commute_and_writes_only_with_what_touches_other_items() -> None:
    read, other = (Call("GetItem", {"TableName": "t", "Key": {"PK": key, "SK": "1"}}) for key in "ab")
    put = Call(
        "TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "t", "Item": {"PK": "a", "SK": "1", "n": 2}}}]}
    )
    update = Call(
        "TransactWriteItems", {"TransactItems": [{"Update": {"TableName": "t", "Key": {"PK": "b", "SK": "1"}}}]}
    )
    assert read.commutes_with(read)
    assert not read.commutes_with(put)
    assert other.commutes_with(put)
    assert put.commutes_with(update)
    assert not other.commutes_with(update)
    assert not Call("Query", {}).commutes_with(put)


def test_what_an_observer_finds_wrong_is_told_with_its_order() -> None:
    def set_stage() -> Stage:
        acts, observe = callers(1, 1)()

        def doubt(answers: Any) -> None:
            assert observe(answers) != "BA"

        return Stage(acts, doubt)

    with pytest.raises(AssertionError) as caught:
        list(every_order(set_stage))
    assert caught.value.__notes__ == ["in the order BA"]


def test_a_player_who_raises_has_that_for_an_answer() -> None:
    def fail() -> None:
        raise ValueError("no")

    ends: list[Any] = []
    list(every_order(lambda: Stage({"A": fail}, ends.append)))
    assert isinstance(ends[0]["A"], ValueError)
