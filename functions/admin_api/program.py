"""The program document and its versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError
from quen.http.answers import Cursor, Instant
from quen.http.bodies import Instant as InstantBody
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

program: Resource[StaffCaller] = Resource(__name__, recognise_staff)

# What a document may hold is said by the program's own schema, which names every fault: to the transport it is an object.
_DOCUMENT = {"$ref": "#/components/schemas/ProgramDocument"}
ProgramBody = Annotated[dict[str, Any], Meta(extra_json_schema=_DOCUMENT)]


VersionNumber = Annotated[int, Meta(ge=1, le=999_999)]


class VersionQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which version of the document; left out: the one in force."""

    version: VersionNumber | None = None


class RollbackBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The earlier version whose document shall be the program again, and from when; left out: at once."""

    version: VersionNumber
    effective_from: InstantBody | None = None


class ProgramDocument(TypedDict):
    """A version of the document: beside what is here, its own members, as the program's schema has them."""

    version: int
    effective_from: Instant


class Version(TypedDict):
    """When a version counts, who wrote it and when."""

    version: int
    effective_from: Instant
    recorded_at: Instant
    actor: str


class VersionPage(TypedDict):
    """Versions, newest first."""

    items: list[Version]
    next_cursor: Cursor | None


@program.endpoint(
    "GET",
    "/v1/program",
    action=Action.READ_PROGRAM,
    query=VersionQuery,
    answer=ProgramDocument,
    errors=(NotFoundError,),
)
def show(call: Call[StaffCaller, VersionQuery]) -> Mapping[str, Any]:
    """The document in force, or a certain version of it."""
    app = application()
    return app.programs.document(app.ledger.now(), call.input.version)


@program.endpoint(
    "PUT",
    "/v1/program",
    action=Action.REPLACE_PROGRAM,
    body=ProgramBody,
    answer=ProgramDocument,
    errors=(ConflictRetryError,),
)
def replace(call: Call[StaffCaller, ProgramBody]) -> Mapping[str, Any]:
    """Make a document the program: a new version, unless nothing changed. Every fault is named by pointer."""
    app = application()

    def record(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Write]:
        return [app.audit.write(call.caller, Action.REPLACE_PROGRAM, "program", before=before, after=after)]

    return app.programs.replace(call.input, actor=call.caller.subject, now=app.ledger.now(), others=record)


@program.endpoint(
    "POST",
    "/v1/program/rollback",
    action=Action.ROLLBACK_PROGRAM,
    body=RollbackBody,
    answer=ProgramDocument,
    errors=(NotFoundError, ConflictRetryError),
)
def rollback(call: Call[StaffCaller, RollbackBody]) -> Mapping[str, Any]:
    """Make the document of an earlier version the program again: a new version, unless it is in force."""
    app, asked = application(), call.input

    def record(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Write]:
        told = {**after, "restored": asked.version}
        return [app.audit.write(call.caller, Action.ROLLBACK_PROGRAM, "program", before=before, after=told)]

    return app.programs.restore(
        asked.version,
        effective_from=asked.effective_from,
        actor=call.caller.subject,
        now=app.ledger.now(),
        others=record,
    )


@program.endpoint(
    "GET",
    "/v1/program/versions",
    action=Action.READ_PROGRAM,
    query=PageQuery,
    answer=VersionPage,
    errors=(CursorInvalidError,),
)
def list_versions(call: Call[StaffCaller, PageQuery]) -> Mapping[str, Any]:
    """Every version, newest first."""
    return application().cursors.page(call.input, _fetch, caller=call.caller.name, listing="versions")


def _fetch(before: int | None, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    versions = application().programs.list_versions(before, limit + 1)
    page = versions[:limit]
    return page, page[-1]["version"] if len(versions) > limit else None
