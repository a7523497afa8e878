"""Where in its file a fault of a program document stands: the line of a pointer, for people and editors.

    lines = DocumentLines(text)
    lines.of("/earning/0/per")    # 31

The API names places by pointer alone, for what it gets may come from anywhere; a file has lines besides.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml


class DocumentLines:
    """The lines of one YAML or JSON text. JSON is read as YAML, which it is."""

    def __init__(self, text: bytes) -> None:
        try:
            self._root: yaml.Node | None = yaml.compose(text, yaml.SafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
            self._root = None

    def of(self, pointer: str) -> int | None:
        """The line, counted from 1, where the pointer's member or item begins, or as far up as the text has one.

        None where the text cannot be read.
        """
        line, node = (self._root.start_mark.line + 1 if self._root else None), self._root
        for segment in pointer.split("/")[1:]:
            # The last of several of one name is the one that is too much.
            found = [(place, value) for name, place, value in _parts(node) if name == segment]
            if not found:
                break
            place, node = found[-1]
            line = place.start_mark.line + 1
        return line


def _parts(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """What a node holds: the name as a pointer has it, the node where it begins, and the value."""
    if isinstance(node, yaml.MappingNode):
        yield from ((name.value, name, value) for name, value in node.value if isinstance(name, yaml.ScalarNode))
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(index), value, value) for index, value in enumerate(node.value))
