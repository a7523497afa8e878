"""One route on the page: what it does, what it takes, an example, what it answers and with what it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from api_reference.contract import Contract, Route, Schema, named
from api_reference.examples import example_of
from api_reference.fields import Field, own_fields, rows_of
from api_reference.markup import Markup, breakable, element, join, sentence
from api_reference.shapes import about_of, default_of, limits_of, type_of

JSON = "application/json"


def verb(method: str) -> Markup:
    """The method, in its colour."""
    return element("span", method, class_=f"verb {method.lower()}")


def route_section(route: Route, contract: Contract) -> Markup:
    """The whole of it; on a wide screen the examples stand beside the tables."""
    path = element("a", breakable(route.path), href=f"#{route.anchor}")
    head = element(
        "header",
        element("div", verb(route.method), path, class_="path"),
        element("p", sentence(route.summary)),
        element("p", sentence(route.allowed), class_="note") if route.allowed else None,
    )
    told = element("div", *_takes(route, contract), *_answers(route, contract), *_refusals(route))
    shown = element("div", *_examples(route, contract))
    return element("section", head, told, shown, id=route.anchor, class_="route")


def field_table(fields: Sequence[Field], contract: Contract) -> Markup:
    """Fields, what they take and what they are for."""
    rows = (element("tr", element("td", *_name(field)), element("td", *_said(field, contract))) for field in fields)
    return element("table", element("tbody", *rows), class_="fields")


def code_list(codes: Mapping[int, Sequence[str]]) -> Markup:
    """Refusals by status, each a link to the one table of errors."""
    items = (
        element("li", element("b", str(status)), element("span", *(_code_link(code) for code in found)))
        for status, found in codes.items()
    )
    return element("ul", *items, class_="codes")


def _code_link(code: str) -> Markup:
    return element("a", code, href=f"#code-{code}")


def _name(field: Field) -> list[Markup]:
    """The name, quieter the way to it; a long one may be broken at its dots."""
    way, dot, name = field.name.rpartition(".")
    return [*([element("span", breakable(way + dot, ".")), Markup("<wbr>")] if dot else []), breakable(name, "_")]


def _said(field: Field, contract: Contract) -> list[Markup]:
    schema, about = field.schema, about_of(field.schema)
    default = default_of(schema)
    limits = [text for text in (limits_of(schema), f"{default} if left out" if default else "") if text]
    must = element("span", "required", class_="must") if field.is_required else None
    first = element("div", type_of(schema, contract), *(f", {text}" for text in limits), must)
    return [first, *([element("p", sentence(about))] if about else [])]


def _takes(route: Route, contract: Contract) -> list[Markup]:
    found = [
        part
        for place, heading in (("path", "In the path"), ("query", "Query"), ("header", "Header"))
        if (there := [one for one in route.parameters if one["in"] == place])
        for part in (element("h4", heading), field_table([_parameter(one) for one in there], contract))
    ]
    if route.body is not None:
        kinds = "" if route.media_types == [JSON] else f" ({' or '.join(route.media_types)})"
        found += [element("h4", f"Body{kinds}"), field_table(rows_of(route.body, contract), contract)]
    return found


def _parameter(parameter: Schema) -> Field:
    """A parameter as a field. What stands in the path cannot be left out, so that need not be said."""
    return Field(parameter["name"], parameter["schema"], parameter["in"] == "header")


def _answers(route: Route, contract: Contract) -> list[Markup]:
    found = [element("h4", "Answers")]
    for statuses, schema in _by_schema(route):
        said = join(element("b", statuses), " ", type_of(schema, contract))
        table = field_table(own_fields(schema, contract), contract)
        found.append(
            element("details", element("summary", said), table, class_="more") if named(schema) else element("p", said)
        )
    return found


def _by_schema(route: Route) -> list[tuple[str, Schema]]:
    """What is answered, each once, and under which statuses."""
    found: list[tuple[str, Schema]] = []
    for status, schema in route.answers.items():
        same = next((at for at, (_, other) in enumerate(found) if other == schema), None)
        if same is None:
            found.append((status, schema))
        else:
            found[same] = (f"{found[same][0]} or {status}", schema)
    return found


def _refusals(route: Route) -> list[Markup]:
    return [element("h4", "Refusals of its own"), code_list(route.codes)] if route.codes else []


def _examples(route: Route, contract: Contract) -> list[Markup]:
    header = any(one["name"] == "Idempotency-Key" for one in route.parameters)
    lines = [f"{route.method} {route.path}", *(["Idempotency-Key: till-7-42"] if header else [])]
    if route.body is not None and JSON in route.media_types:
        lines += ["", _json(example_of(route.body, contract, is_body=True))]
    found = [element("h4", "Request"), _sample("\n".join(lines))]
    for statuses, schema in _by_schema(route):
        if named(schema):
            found += [element("h4", f"Answer {statuses}"), _sample(_json(example_of(schema, contract)))]
    return found


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _sample(text: str) -> Markup:
    return element("pre", element("code", text), tabindex="0")
