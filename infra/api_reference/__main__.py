"""Writes the page: `python -m api_reference`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from api_reference.contract import read_contracts
from api_reference.page import render

OUTPUT = Path("infra/openapi/reference.html")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the one file."""
    parser = argparse.ArgumentParser(prog="python -m api_reference", description="Write infra/openapi/reference.html.")
    parser.add_argument("--into", type=Path, default=OUTPUT, help="the file to write (default: %(default)s)")
    parser.parse_args(arguments).into.write_text(render(read_contracts()), encoding="utf-8")


if __name__ == "__main__":
    main()
