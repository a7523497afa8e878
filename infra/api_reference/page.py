"""The page: the menu, what all routes have in common, the three APIs, their schemas, and one table of errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from api_reference.contract import Contract, Schema, all_codes, named
from api_reference.fields import own_fields
from api_reference.markup import Markup, breakable, element, markdown, sentence
from api_reference.routes import code_list, field_table, route_section, verb
from api_reference.shapes import shape_anchor, type_of
from quen.errors import QuenError
from quen.http.problems import STATUSES

HERE = Path(__file__).parent
TITLE = "Quen API reference"
HEAD = "<!doctype html>\n<!-- Made by `python -m api_reference` from the declared endpoints. Do not edit. -->\n"
INTRODUCTION = (HERE / "introduction.md").read_text("utf-8")


def render(contracts: Sequence[Contract]) -> str:
    """The page as the file holds it."""
    head = element(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", TITLE),
        element("style", Markup("\n" + (HERE / "page.css").read_text("utf-8"))),
    )
    introduction = element("header", element("h1", TITLE), markdown(INTRODUCTION), id="top")
    main = element("main", introduction, *map(_api, contracts), _errors(all_codes(contracts)))
    script = element("script", Markup("\n" + (HERE / "page.js").read_text("utf-8")))
    body = element("body", _menu(contracts), main, script)
    return HEAD + element("html", head, body, lang="en").replace("</section><section", "</section>\n<section") + "\n"


def _menu(contracts: Sequence[Contract]) -> Markup:
    parts = [_menu_of(contract) for contract in contracts]
    return element(
        "nav", element("a", TITLE, href="#top"), *parts, element("a", "Errors", href="#errors"), aria_label="Routes"
    )


def _menu_of(contract: Contract) -> Markup:
    resources = [
        element("details", element("summary", _heading(resource)), element("ul", *_links(contract, resource)))
        for resource in contract.resources
    ]
    shapes = element("ul", element("li", element("a", "Schemas", href=f"#{contract.name}-shapes"), data_find="schemas"))
    about = element(
        "ul", element("li", element("a", "About it", href=f"#{contract.name}"), data_find=f"about {contract.name}")
    )
    return element("details", element("summary", _title(contract)), about, *resources, shapes, open=True)


def _links(contract: Contract, resource: str) -> Iterator[Markup]:
    for route in contract.resources[resource]:
        text = element("span", breakable(route.path.removeprefix("/v1")))
        find = f"{contract.name} {resource} {route.method} {route.path} {route.summary}".lower()
        yield element(
            "li", element("a", verb(route.method), text, href=f"#{route.anchor}"), data_find=" ".join(find.split())
        )


def _api(contract: Contract) -> Markup:
    resources = [
        element(
            "section",
            element("h3", _heading(resource)),
            *(route_section(route, contract) for route in routes),
            class_="resource",
        )
        for resource, routes in contract.resources.items()
    ]
    common = element(
        "details",
        element("summary", "What every route of it may refuse with"),
        code_list(contract.codes),
        class_="more",
    )
    head = (element("h2", _title(contract)), markdown(_lower(contract.about)), common)
    return element("section", *head, *resources, *_shapes(contract), id=contract.name, class_="api")


def _shapes(contract: Contract) -> list[Markup]:
    shown = [_shape(name, contract.schemas[name], contract) for name in contract.schemas]
    return [element("section", element("h3", "Schemas"), *shown, id=f"{contract.name}-shapes", class_="resource")]


def _shape(name: str, schema: Schema, contract: Contract) -> Markup:
    fields = own_fields(schema, contract)
    told = field_table(fields, contract) if fields else element("p", type_of(_unnamed(schema), contract))
    about = element("p", sentence(schema["description"])) if schema.get("description") else None
    head = element("summary", name)
    return element("details", head, about, told, id=shape_anchor(contract, name), class_="shape")


def _unnamed(schema: Schema) -> Schema:
    return {} if named(schema) else schema


def _errors(codes: set[str]) -> Markup:
    titles = {kind.code: kind for kind in _kinds(QuenError)}
    rows = [
        element(
            "tr",
            element("td", str(STATUSES[code])),
            element("td", element("code", code)),
            element("td", titles[code].title),
            element("td", "try again" if titles[code].retryable else ""),
            id=f"code-{code}",
        )
        for code in sorted(codes, key=lambda code: (STATUSES[code], code))
    ]
    heads = element("tr", *(element("th", text) for text in ("Status", "Code", "Means", "Then")))
    table = element("table", element("thead", heads), element("tbody", *rows))
    return element("section", element("h2", "Errors"), table, id="errors", class_="api")


def _kinds(kind: type[QuenError]) -> Iterator[type[QuenError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _kinds(child)


def _title(contract: Contract) -> str:
    return contract.title.removeprefix("Quen: the ").capitalize().replace("api", "API")


def _heading(resource: str) -> str:
    return resource.replace("_", " ").capitalize()


def _lower(text: str) -> str:
    """The headings of an API's own text, two levels further down."""
    return text.replace("\n### ", "\n##### ").replace("\n## ", "\n#### ")
