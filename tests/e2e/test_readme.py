"""The README's Python runs as it stands there, against the running stack."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
README = Path(__file__).parents[2] / "README.md"


def test_the_signing_example_signs(connection: dict[str, Any], data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert connection
    [snippet] = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    with_this_stack = snippet.replace('Path(".quen/local.json")', f"Path({str(data / 'local.json')!r})")
    assert with_this_stack != snippet
    names: dict[str, Any] = {}
    exec(compile(with_this_stack, "README.md", "exec"), names)
    names["till"]._transport.close()
    assert "mem_" in capsys.readouterr().out
