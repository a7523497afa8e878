"""The routes of the three APIs as the page shows them, read from the declared endpoints and their OpenAPI documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from quen.http.openapi import ABOUT, document, endpoints_of
from quen.partners.model import Right
from quen.staff.model import ALLOWED, Action, Role

Schema = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `allowed` says who may call it. `codes` are the refusals of its own, by status: those that every route of the
    API may answer are not among them.
    """

    anchor: str
    method: str
    path: str
    resource: str
    summary: str
    allowed: str
    parameters: Sequence[Schema]
    body: Schema | None
    media_types: Sequence[str]
    answers: Mapping[str, Schema]
    codes: Mapping[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Contract:
    """One API: its routes in the order of the house, and every schema they name."""

    name: str
    title: str
    about: str
    routes: Sequence[Route]
    schemas: Mapping[str, Schema]
    codes: Mapping[int, Sequence[str]]
    """The refusals that every route of it may answer."""

    @property
    def resources(self) -> Mapping[str, Sequence[Route]]:
        """The routes by the thing they are about."""
        found: dict[str, list[Route]] = {}
        for route in self.routes:
            found.setdefault(route.resource, []).append(route)
        return found

    def resolve(self, schema: Schema) -> Schema:
        """What a reference leads to, with what is said beside it; anything else is itself."""
        name = named(schema)
        return (
            {**self.schemas[name], **{key: value for key, value in schema.items() if key != "$ref"}} if name else schema
        )


def named(schema: Schema) -> str:
    """The name of the schema that this one refers to; empty where it is written out."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def read_contracts() -> list[Contract]:
    """The three APIs."""
    return [read_contract(name) for name in ABOUT]


def all_codes(contracts: Iterable[Contract]) -> set[str]:
    """Every code that any route of them may answer."""
    groups = [
        codes
        for contract in contracts
        for shown in (contract.codes, *(route.codes for route in contract.routes))
        for codes in shown.values()
    ]
    return {code for codes in groups for code in codes}


def read_contract(name: str) -> Contract:
    """The API of that name."""
    endpoints = endpoints_of(name)
    whole = document(name, endpoints)
    allowed = {(endpoint.method.lower(), endpoint.path): _allowed(endpoint.action) for endpoint in endpoints}
    operations = [
        (path, method, item[method]) for path, item in whole["paths"].items() for method in METHODS if method in item
    ]
    codes = [_codes(operation, whole) for _, _, operation in operations]
    in_common: set[str] = reduce(
        set.__and__,
        [set(own) for own, (_, _, operation) in zip(codes, operations, strict=True) if "security" not in operation],
    )
    routes = [
        _route(name, path, method, operation, allowed[method, path], _by_status(own, leaving=in_common))
        for own, (path, method, operation) in zip(codes, operations, strict=True)
    ]
    statuses = {code: status for own in codes for code, status in own.items()}
    shared = _by_status({code: statuses[code] for code in in_common})
    about = whole["info"]
    return Contract(name, about["title"], about["description"], routes, whole["components"]["schemas"], shared)


def _route(
    name: str, path: str, method: str, operation: Schema, allowed: str, codes: Mapping[int, Sequence[str]]
) -> Route:
    content: Mapping[str, Schema] = operation.get("requestBody", {}).get("content", {})
    answers = {
        status: next(iter(answer["content"].values()))["schema"]
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    }
    return Route(
        anchor=f"{name}-{operation['operationId']}".replace("_", "-"),
        method=method.upper(),
        path=path,
        resource=operation["tags"][0],
        summary=operation["summary"],
        allowed=allowed,
        parameters=operation.get("parameters", ()),
        body=next(iter(content.values()))["schema"] if content else None,
        media_types=list(content),
        answers=answers,
        codes=codes,
    )


def _allowed(action: str) -> str:
    """Which roles of the staff, or which right of a partner, it takes; empty where whoever is known may ask."""
    if action in set(Action):
        return f"Roles: {', '.join(role for role in Role if role in ALLOWED[Action(action)])}"
    return f"Right: `{Right(action)}`" if action else ""


def _codes(operation: Schema, whole: Schema) -> dict[str, int]:
    """Each refusal of the operation with its status."""
    found: dict[str, int] = {}
    for status, answer in operation["responses"].items():
        if name := re.sub(r".*/", "", answer.get("$ref", "")):
            (content,) = whole["components"]["responses"][name]["content"].values()
            found |= dict.fromkeys(content["schema"]["properties"]["code"]["enum"], int(status))
    return found


def _by_status(codes: Mapping[str, int], leaving: Iterable[str] = ()) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for code in sorted(set(codes) - set(leaving), key=lambda code: (codes[code], code)):
        found.setdefault(codes[code], []).append(code)
    return found
