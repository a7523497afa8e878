"""The contract as a file: `python -m quen.http.openapi` writes `infra/openapi/*.yaml` from the declared endpoints.

A tool for those who build Quen; no function imports it. What a client reads in these files is what the code checks and
answers: the same types, the same errors, nothing written by hand.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import yaml

from quen.errors import (
    ForbiddenError,
    PartnerForbiddenError,
    QuenError,
    TemporarilyUnavailableError,
    ValidationFailedError,
)
from quen.http.answers import Problem
from quen.http.api import Api
from quen.http.bodies import whole
from quen.http.endpoint import PATH_PARAMETER, Endpoint, Nothing
from quen.http.errors import (
    IdempotencyKeyInvalidError,
    IdempotencyKeyMissingError,
    MalformedJsonError,
    MethodNotAllowedError,
    TokenExpiredError,
    TokenInvalidError,
    TokenMissingError,
    UnsupportedMediaTypeError,
)
from quen.http.forms import IN_PARTS, URLENCODED
from quen.http.idempotency import KEY_LENGTH_MAX
from quen.http.problems import CONTENT_TYPE, STATUSES
from quen.http.rate_limits import LEFT_HEADER, POLICY_HEADER
from quen.http.signing_profile import SIGNING_PROFILE
from quen.members.model.errors import CardBlockedError
from quen.partners.model import errors as partner_errors
from quen.requests import BodyTooLargeError, DuplicateHeaderError, RateLimitedError

OUTPUT = Path("infra/openapi")
PROGRAM_SCHEMA = Path("infra/program.schema.json")
REFERENCE = "#/components/schemas/{name}"

ABOUT = {
    "mobile": ("Quen: the mobile API", "What members do for themselves."),
    "partner": ("Quen: the partner API", SIGNING_PROFILE),
    "admin": ("Quen: the admin API", "What staff do, each as their role allows."),
}
FUNCTIONS: Mapping[str, Sequence[str]] = {
    "mobile": ("mobile_api",),
    "partner": ("partner_api", "backoffice_api"),
    "admin": ("admin_api", "coalition_api"),
}
"""The functions that serve each API together: the resource policy of one has no room for all routes."""
ALWAYS: Sequence[type[QuenError]] = (
    DuplicateHeaderError,
    ValidationFailedError,
    RateLimitedError,
    QuenError,
    TemporarilyUnavailableError,
    MalformedJsonError,
    BodyTooLargeError,
    UnsupportedMediaTypeError,
)
TOKEN_ERRORS: Sequence[type[QuenError]] = (TokenMissingError, TokenInvalidError, TokenExpiredError)
SIGNATURE_ERRORS: Sequence[type[QuenError]] = (
    PartnerForbiddenError,
    *(
        error
        for _, error in inspect.getmembers(partner_errors, inspect.isclass)
        if issubclass(error, QuenError) and error is not QuenError
    ),
)
SECURITY: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature",
        "description": "HTTP Message Signatures (RFC 9421) with Signature-Input, and with a body Content-Digest (RFC 9530).",
    },
}
HEADERS: Mapping[str, Any] = {
    POLICY_HEADER: {
        "description": "The limits of the route: so many requests (`q`) in a window of so many seconds (`w`).",
        "schema": {"type": "string", "examples": ['"purchases";q=6000;w=60']},
    },
    LEFT_HEADER: {
        "description": "What of each limit is left (`r`), and in how many seconds a new window begins (`t`).",
        "schema": {"type": "string", "examples": ['"purchases";r=5990;t=32']},
    },
    "Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "What would be accepted (RFC 6750).", "schema": {"type": "string"}},
    "Accept-Signature": {"description": "The signature that would do (RFC 9421).", "schema": {"type": "string"}},
    "Allow": {"description": "The methods that the path knows.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "`true`: this is the first answer again.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}

RATE_LIMITED = {"partner"}
RATE_HEADERS = (POLICY_HEADER, LEFT_HEADER)
UNCOUNTED = {401, 405, 413, 431}
"""The statuses of requests that were refused before it was known whose they are."""


def document(name: str, endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of one API."""
    title, description = ABOUT[name]
    security = "signature" if name == "partner" else "bearer"
    refusals = _Refusals(name)
    refusals.refer(405, [MethodNotAllowedError.code])
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, name, refusals)
    components = {
        "schemas": _schemas(endpoints),
        "responses": refusals.components,
        "securitySchemes": {security: SECURITY[security]},
    }
    if name in RATE_LIMITED:
        components["headers"] = {header: HEADERS[header] for header in RATE_HEADERS}
    about = {"title": title, "description": description, "version": "1"}
    shown = {"openapi": "3.1.0", "info": about, "security": [{security: []}], "paths": paths, "components": components}
    return {key: _plain(part) for key, part in shown.items()}


def text(name: str, endpoints: Sequence[Endpoint]) -> str:
    """The document as the file holds it."""
    head = "# Made by `python -m quen.http.openapi` from the declared endpoints. Do not edit.\n"
    return head + yaml.dump(document(name, endpoints), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def errors_of(endpoint: Endpoint, name: str) -> list[type[QuenError]]:
    """Every refusal that a route can answer: its own, and those that its shape implies."""
    if endpoint.is_page:
        return [*endpoint.errors, *(error for error in ALWAYS if error is not MalformedJsonError)]
    implied = [*ALWAYS, *(SIGNATURE_ERRORS if name == "partner" else TOKEN_ERRORS)]
    if name == "admin":
        implied.append(ForbiddenError)
    if name == "partner" and "card_code" in json.dumps(msgspec.json.schema_components([endpoint.body])):
        implied.append(CardBlockedError)
    if endpoint.needs_key:
        implied += [IdempotencyKeyMissingError, IdempotencyKeyInvalidError]
    return [*endpoint.errors, *implied]


def load(name: str) -> list[Api]:
    """The apps that serve the API of that name; found by name, because nothing of the library may depend on a function."""
    return [_load_app(function) for function in FUNCTIONS[name]]


def endpoints_of(name: str) -> list[Endpoint]:
    """Every route of the API, whichever function serves it."""
    return [endpoint for app in load(name) for endpoint in app.endpoints]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the three files."""
    parser = argparse.ArgumentParser(prog="python -m quen.http.openapi", description="Write infra/openapi/*.yaml.")
    parser.add_argument("--into", type=Path, default=OUTPUT, help="the folder to write to (default: %(default)s)")
    folder = parser.parse_args(arguments).into
    for name in ABOUT:
        (folder / f"{name}.yaml").write_text(text(name, endpoints_of(name)), encoding="utf-8")


def _load_app(function: str) -> Api:
    app = importlib.import_module(f"{function}.app").app
    if not isinstance(app, Api):
        raise TypeError(f"{function}.app.app is no Api")
    return app


def _operation(endpoint: Endpoint, name: str, refusals: _Refusals) -> dict[str, Any]:
    resource = endpoint.handler.__module__.rpartition(".")[2]
    operation: dict[str, Any] = {
        "operationId": f"{resource}_{endpoint.handler.__name__}",
        "tags": [resource],
        "summary": inspect.cleandoc(endpoint.handler.__doc__ or ""),
        "parameters": _parameters(endpoint),
    }
    if endpoint.body is not Nothing:
        kinds = (URLENCODED, IN_PARTS) if endpoint.is_page else ("application/json",)
        content = {kind: {"schema": _schema_of(endpoint.body)} for kind in kinds}
        operation["requestBody"] = {"required": True, "content": content}
    done = {str(status): _success(endpoint, status, name) for status in endpoint.statuses}
    operation["responses"] = {**done, **refusals.of(errors_of(endpoint, name))}
    if endpoint.is_page:
        operation |= {"security": []}
        operation["responses"]["404"] = _success(endpoint, HTTPStatus.NOT_FOUND, name)
    return {key: value for key, value in operation.items() if value != [] or key == "security"}


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    pattern = whole(PATH_PARAMETER.pattern)
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": pattern}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    schema = msgspec.json.schema_components([endpoint.query], ref_template=REFERENCE)[1][endpoint.query.__name__]
    found += [
        {"name": name, "in": "query", "schema": _without_null(rule)} for name, rule in schema["properties"].items()
    ]
    if endpoint.needs_key:
        key = {"type": "string", "pattern": whole(f"[A-Za-z0-9._~-]{{1,{KEY_LENGTH_MAX}}}")}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    return found


def _success(endpoint: Endpoint, status: int, name: str) -> dict[str, Any]:
    description = HTTPStatus(status).phrase
    kind = "text/html" if endpoint.is_page else "application/json"
    content = {kind: {"schema": _schema_of(endpoint.answer)}}
    replays = endpoint.handler.__annotations__["return"] == "Outcome"
    headers = _rate_headers(name) | ({"Idempotent-Replayed": HEADERS["Idempotent-Replayed"]} if replays else {})
    return {"description": description, **({"headers": headers} if headers else {}), "content": content}


def _rate_headers(name: str) -> dict[str, Any]:
    """The headers of every answer to a caller who is known, in an API that counts."""
    names = RATE_HEADERS if name in RATE_LIMITED else ()
    return {header: {"$ref": f"#/components/headers/{header}"} for header in names}


class _Refusals:
    """The answers to refused requests, each set of codes written once."""

    def __init__(self, name: str) -> None:
        self._api = name
        self.components: dict[str, Any] = {}
        self._names: dict[tuple[str, ...], str] = {}

    def of(self, errors: Iterable[type[QuenError]]) -> dict[str, Any]:
        """The responses for these errors, by status."""
        by_status: dict[int, set[str]] = {}
        for error in errors:
            by_status.setdefault(STATUSES[error.code], set()).add(error.code)
        return {str(status): self.refer(status, sorted(codes)) for status, codes in sorted(by_status.items())}

    def refer(self, status: int, codes: Sequence[str]) -> dict[str, str]:
        """A reference to the response with that status and one of these codes."""
        key = tuple(codes)
        if key not in self._names:
            phrase = HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")
            name = codes[0].title().replace("_", "") if len(codes) == 1 else phrase
            number = sum(re.fullmatch(rf"{name}\d*", known) is not None for known in self.components)
            self._names[key] = f"{name}{number + 1}" if number else name
            self.components[self._names[key]] = _refusal(status, list(codes), self._api)
        return {"$ref": f"#/components/responses/{self._names[key]}"}


def _refusal(status: int, codes: list[str], name: str) -> dict[str, Any]:
    names = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
    if status == 401 and any(code.startswith("signature_") for code in codes):
        names[401] = "Accept-Signature"
    if "conflict_retry" in codes:
        names[status] = "Retry-After"
    schema = {
        "allOf": [{"$ref": REFERENCE.format(name="Problem")}],
        "properties": {"status": {"const": status}, "code": {"enum": codes}},
    }
    headers = {names[status]: HEADERS[names[status]]} if status in names else {}
    if status not in UNCOUNTED:
        headers |= _rate_headers(name)
    shown = {"headers": headers} if headers else {}
    return {"description": ", ".join(codes), **shown, "content": {CONTENT_TYPE: {"schema": schema}}}


def _schema_of(kind: object) -> dict[str, Any]:
    return msgspec.json.schema_components([kind], ref_template=REFERENCE)[0][0]


def _schemas(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    kinds = [kind for endpoint in endpoints for kind in (endpoint.body, endpoint.answer) if kind is not Nothing]
    schemas: dict[str, Any] = msgspec.json.schema_components([*kinds, Problem], ref_template=REFERENCE)[1]
    if "ProgramDocument" in json.dumps(list(map(_schema_of, kinds))):
        schemas |= _program_schemas()
    return dict(sorted(schemas.items()))


def _program_schemas() -> dict[str, Any]:
    """The program document's own schema, its definitions made components."""
    raw = PROGRAM_SCHEMA.read_text("utf-8").replace("#/$defs/", "#/components/schemas/Program")
    schema = json.loads(raw)
    parts = {f"Program{name}": part for name, part in schema.pop("$defs", {}).items()}
    return {**parts, "ProgramDocument": {key: value for key, value in schema.items() if not key.startswith("$")}}


def _without_null(rule: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is a text or absent; no text is null."""
    options = [option for option in rule.get("anyOf", ()) if option != {"type": "null"}]
    rest = {key: value for key, value in rule.items() if key not in {"anyOf", "default"} or value not in (None, "")}
    return {**{key: value for key, value in rest.items() if key != "anyOf"}, **options[0]} if options else rest


def _plain(value: object) -> object:
    """Without tuples, which YAML would mark, and without defaults that say nothing."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items() if not (key == "default" and part is None)}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        """Every part is written out: a reader should not have to look for an anchor."""
        return data is not None

    def represent_text(self, text: str) -> yaml.Node:
        """A page with headings keeps its lines; everything else is a scalar as YAML likes it."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n## " in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)

if __name__ == "__main__":
    main()
