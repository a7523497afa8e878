"""The program document on its way in: read as text or parsed, checked whole, named fault by fault, made canonical.

    text     YAML or JSON text → plain values, without any of YAML's surprises
    shape    what the document may hold, and the JSON Schema of it (pydantic); of `points`, `limits` and single `values`
    checks   rules between values, which no shape can say
    faults   pydantic's findings as our own: pointer, code, sentence

Only a write comes here: importing this package loads pydantic, which a request that merely reads the program must never
pay for (`quen.program.compiled` loads what is stored). So import it where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from pydantic import ValidationError

from quen.errors import Fault, ValidationFailedError
from quen.program.document.checks import find_contradictions
from quen.program.document.faults import named
from quen.program.document.shape import ProgramDocument, json_schema
from quen.program.document.text import read_text

__all__ = ["ParsedDocument", "json_schema", "parse_document", "read_text"]

FAULTS_MAX = 100


class ParsedDocument(Struct, frozen=True):
    """A valid document: its canonical content, every default written out, and what the writer said about the write.

    `read_as` is the version that the writer had read, `effective_from` when it shall count; None where not said.
    """

    content: dict[str, Any]
    read_as: int | None
    effective_from: datetime | None


def parse_document(source: str | bytes | Mapping[str, Any]) -> ParsedDocument:
    """The document of a YAML or JSON text, or of values already parsed.

    Raises ValidationFailedError with every fault there is (a text that cannot be read at all has just one).
    """
    document, faults = read_text(source) if isinstance(source, str | bytes) else (source, [])
    shape: ProgramDocument | None = None
    try:
        shape = ProgramDocument.model_validate(document)
    except ValidationError as error:
        faults += named(error)
    faults += find_contradictions(document)
    if faults or shape is None:
        raise ValidationFailedError("The program document is not valid.", faults=_first_of_each(faults))
    content = shape.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"version", "effective_from"})
    return ParsedDocument(content, shape.version, shape.effective_instant)


def _first_of_each(faults: list[Fault]) -> list[Fault]:
    """The faults without repetition: shape and rules may name the same one."""
    unique = {(fault.pointer, fault.code): fault for fault in reversed(faults)}
    return list(reversed(unique.values()))[:FAULTS_MAX]
