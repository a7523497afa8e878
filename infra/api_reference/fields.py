"""The fields of an object as the rows of a table, those of nested objects under their full name: `lines[].amount.currency`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api_reference.contract import Contract, Schema, named

DEPTH_MAX = 3
LEAVES = frozenset({"MoneyBody", "Money"})
"""What the page's introduction tells of, once for all."""
ROWS_MAX = 60
"""A body with more rows than this is told by its own fields alone; its parts are links."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row. `name` is how to get there from the top."""

    name: str
    schema: Schema
    is_required: bool


def rows_of(schema: Schema, contract: Contract) -> list[Field]:
    """The fields of an object and of what is in it, in the order of the schema."""
    deep = list(_rows(schema, contract, "", DEPTH_MAX, ()))
    return deep if len(deep) <= ROWS_MAX else own_fields(schema, contract)


def own_fields(schema: Schema, contract: Contract) -> list[Field]:
    """The fields of the object alone."""
    return list(_rows(schema, contract, "", 1, ()))


def _rows(schema: Schema, contract: Contract, before: str, depth: int, above: Sequence[str]) -> Iterator[Field]:
    whole = contract.resolve(schema)
    required = whole.get("required", ())
    for name, part in whole.get("properties", {}).items():
        yield Field(f"{before}{name}", part, name in required)
        step, inner = _inside(part)
        target = named(inner)
        if depth > 1 and target and target not in {*above, *LEAVES}:
            yield from _rows(inner, contract, f"{before}{name}{step}.", depth - 1, (*above, target))


def _inside(schema: Schema) -> tuple[str, Schema]:
    """What a field holds, and how a name goes there: through a list by `[]`. What may be null is what it else is."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) == 1:
        return _inside(options[0])
    if schema.get("type") == "array":
        step, inner = _inside(schema.get("items", {}))
        return f"[]{step}", inner
    return "", schema
