"""What a schema takes, in words: the type, and the limits that the code checks."""

from __future__ import annotations

from collections.abc import Callable

from api_reference.contract import Contract, Schema, named
from api_reference.markup import Markup, element, join

CHOICES_MAX = 12
"""So many values of an enumeration are written out; of more the schema itself tells."""
_FORMATS = {"date-time": "instant", "date": "day"}
_TYPES = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "object": "object",
    "null": "null",
}


def shape_anchor(contract: Contract, name: str) -> str:
    """Where the page tells of a schema."""
    return f"{contract.name}-shape-{name.replace('.', '-')}"


def short(name: str) -> str:
    """A schema's name without the module it comes from."""
    return name.rpartition(".")[2]


def type_of(schema: Schema, contract: Contract) -> Markup:
    """`text`, `list of LineBody`, `instant or null`; a named object links to where it is told of."""
    if name := named(schema):
        return element("a", short(name), href=f"#{shape_anchor(contract, name)}")
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return join(*dict.fromkeys(type_of(option, contract) for option in schema[union]), between=" or ")
    if "const" in schema:
        return element("code", str(schema["const"]))
    if "enum" in schema:
        return _choices(schema)
    return _plain_type(schema, contract)


def about_of(schema: Schema) -> str:
    """What the field is for: what is said of it, or of what it is when it is not null; empty where nothing is."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return str(schema.get("description") or (about_of(options[0]) if len(options) == 1 else ""))


def limits_of(schema: Schema) -> str:
    """The bounds in words, like `1 to 64 characters`; empty where there are none."""
    for option in schema.get("anyOf", ()):
        if option.get("type") != "null":
            return limits_of(option)
    found = [
        _between(schema, "minLength", "maxLength", _counted("character")),
        _between(schema, "minimum", "maximum", str),
        _between(schema, "minItems", "maxItems", _counted("item")),
        "exactly one of its fields" if schema.get("maxProperties") == 1 else "",
    ]
    return ", ".join(filter(None, found))


def default_of(schema: Schema) -> str:
    """What counts where the field is left out; empty where nothing does."""
    default = schema.get("default")
    return "" if default in (None, [], {}, "") else str(default).lower() if isinstance(default, bool) else str(default)


def _plain_type(schema: Schema, contract: Contract) -> Markup:
    kind = schema.get("type")
    if isinstance(kind, list):
        return join(*(type_of({**schema, "type": one}, contract) for one in kind), between=" or ")
    if kind == "array":
        return join("list of ", type_of(schema.get("items", {}), contract))
    values = schema.get("additionalProperties")
    if kind == "object" and isinstance(values, dict):
        return join("object of ", type_of(values, contract)) if values else Markup("object")
    if kind is None:
        return Markup("anything")
    return Markup(_FORMATS.get(schema.get("format", ""), _TYPES[kind]))


def _choices(schema: Schema) -> Markup:
    values = schema["enum"]
    shown = [element("code", "null" if value is None else str(value)) for value in values[:CHOICES_MAX]]
    more = [f"… ({len(values)} values)"] if len(values) > CHOICES_MAX else []
    return join("one of ", join(*shown, *more, between=" "))


def _counted(noun: str) -> Callable[[int], str]:
    return lambda number: f"{number:,} {noun}{'' if number == 1 else 's'}"


def _between(schema: Schema, least_name: str, most_name: str, say: Callable[[int], str]) -> str:
    least, most = schema.get(least_name), schema.get(most_name)
    if most is None:
        return f"at least {say(least)}" if least else ""
    if least == most:
        return say(most)
    return f"{least:,} to {_number(most, say)}" if least is not None else f"at most {_number(most, say)}"


def _number(number: int, say: Callable[[int], str]) -> str:
    return f"{number:,}" if say is str else say(number)
