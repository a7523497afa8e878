"""A wallet as one writes it without thinking of others: load, decide, save. It shows that the tests of orders can fail."""

from __future__ import annotations

from typing import Any

BALANCE = 100


class NaiveWallet:
    """One balance, and a document for each request with its answer, so that a retry is answered alike."""

    def __init__(self, client: Any, table: str, name: str) -> None:
        self._client = client
        self._table = table
        self._name = name
        self._put(self._name, {"points": {"N": str(BALANCE)}})

    def balance(self) -> int:
        return int(self._get(self._name)["points"]["N"])

    def spend(self, key: str, points: int) -> str:
        """`done` or `insufficient_points`: four calls."""
        balance = self.balance()
        if known := self._get(f"{self._name}-{key}"):
            return str(known["answer"]["S"])
        is_enough = points <= balance
        answer = "done" if is_enough else "insufficient_points"
        self._put(self._name, {"points": {"N": str(balance - points if is_enough else balance)}})
        self._put(f"{self._name}-{key}", {"answer": {"S": answer}})
        return answer

    def _get(self, name: str) -> dict[str, Any]:
        parameters = {"TableName": self._table, "Key": _key(name), "ConsistentRead": True}
        found: dict[str, Any] = self._client._make_api_call("GetItem", parameters).get("Item", {})
        return found

    def _put(self, name: str, values: dict[str, Any]) -> None:
        self._client._make_api_call("PutItem", {"TableName": self._table, "Item": _key(name) | values})


def _key(name: str) -> dict[str, Any]:
    return {"PK": {"S": name}, "SK": {"S": "WALLET"}}
