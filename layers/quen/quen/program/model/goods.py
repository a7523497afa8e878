"""Goods: which lines of a receipt are meant."""

from __future__ import annotations

from msgspec import Struct


class Goods(Struct, frozen=True):
    """Lines whose category or SKU is named. A category that has parts is compiled with all of them."""

    categories: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()

    def include(self, sku: str, category: str | None) -> bool:
        """Whether a line of that SKU and category is meant."""
        return category in self.categories or sku in self.skus
