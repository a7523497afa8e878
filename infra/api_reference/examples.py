"""A value that a schema takes, made from the schema: the same one every time, of the words that the demo uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api_reference.contract import Contract, Schema, named
from api_reference.words import NUMBERS, TEXTS

DEPTH_MAX = 7
DAY = "2026-11-26"
_FORMATS = {"date-time": "2026-11-26T02:30:00Z", "date": DAY}
_MOST_SENT = {"phone"}
"""Of fields of which only one may be sent, these are what most send."""


def example_of(schema: Schema, contract: Contract, *, is_body: bool = False) -> Any:
    """A value of the schema. A body is the least that would be taken; an answer has every field."""
    return _Maker(contract, is_body).make(schema, "", ())


@dataclass(frozen=True, slots=True)
class _Maker:
    contract: Contract
    is_body: bool

    def make(self, schema: Schema, name: str, above: Sequence[str]) -> Any:
        """A value for the field of that name. `above` are the schemas that it is inside of: one inside itself is left empty."""
        target = named(schema)
        if target in above or len(above) > DEPTH_MAX:
            return {}
        whole = self.contract.resolve(schema)
        if options := whole.get("anyOf", whole.get("oneOf")):
            return self.make(next((one for one in options if one.get("type") != "null"), options[0]), name, above)
        if whole.get("type") == "object" or "properties" in whole:
            return self._object(whole, (*above, target) if target else above)
        if whole.get("type") == "array":
            return [self.make(whole.get("items", {}), name, above)]
        return _scalar(whole, name)

    def _object(self, whole: Schema, above: Sequence[str]) -> dict[str, Any]:
        properties: Mapping[str, Schema] = whole.get("properties", {})
        found = {name: self.make(properties[name], name, above) for name in self._chosen(whole)}
        values = whole.get("additionalProperties")
        if not properties and isinstance(values, Mapping) and values:
            found |= {key: self.make(values, key, above) for key in _keys(values)}
        return found

    def _chosen(self, whole: Schema) -> Sequence[str]:
        names = list(whole.get("properties", {}))
        if whole.get("maxProperties") == 1:
            return sorted(names, key=lambda name: name not in _MOST_SENT)[:1]
        required = [name for name in names if name in whole.get("required", ())]
        return (required or names) if self.is_body else names


def _keys(values: Schema) -> Sequence[str]:
    """Names in an object whose names are data: of texts they are languages, of numbers most are last days."""
    return {"string": ("vi", "en"), "integer": (DAY,)}.get(str(values.get("type")), ("base",))


def _scalar(whole: Schema, name: str) -> Any:
    if "const" in whole or "enum" in whole:
        return whole.get("const", whole.get("enum", [None])[0])
    if (default := whole.get("default")) not in (None, ""):
        return default
    kind = whole.get("type")
    if kind == "boolean":
        return True
    return _number(whole, name) if kind == "integer" else _text(whole, name) if kind == "string" else None


def _number(whole: Schema, name: str) -> int:
    wanted: int = NUMBERS.get(name, whole.get("examples", [1])[0])
    return int(min(max(wanted, whole.get("minimum", wanted)), whole.get("maximum", wanted)))


def _text(whole: Schema, name: str) -> str:
    if (kind := whole.get("format")) in _FORMATS:
        return _FORMATS[str(kind)]
    if examples := whole.get("examples"):
        return str(examples[0])
    return TEXTS.get(name, f"{name.removesuffix('_id')[:3]}_…" if name.endswith("_id") else "…")
