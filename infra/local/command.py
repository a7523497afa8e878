"""The `quen` command: finds its subcommands in `local.commands` and runs the one asked for.

Exit status: 0 done, 1 refused or failed (one sentence on standard error), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from local import commands
from local.errors import LocalError

PROJECT = Path(__file__).resolve().parents[2]


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Every subcommand's parser, asked once."""
    parser = argparse.ArgumentParser(
        prog="quen",
        description="Quen on this machine: run it, talk to it, travel in time.",
        epilog="`quen COMMAND --help` says more, with examples.",
    )
    subcommands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda module: module.name):
        importlib.import_module(f"local.commands.{module.name}").register(subcommands)
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        parser.print_help(sys.stderr)
        parser.exit(2)
    return parser.parse_args(given)


def refuse(reason: str, *, as_json: bool) -> int:
    """One sentence on standard error (for machines: one JSON object on standard output as well)."""
    if as_json:
        print(json.dumps({"error": reason}, ensure_ascii=False))
    print(f"quen: {reason}", file=sys.stderr)
    return 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; answers the exit status."""
    for source in (PROJECT / "layers/quen", PROJECT / "functions"):
        if str(source) not in sys.path:
            sys.path.append(str(source))
    parsed = parse(arguments)
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except LocalError as error:
        return refuse(str(error), as_json=getattr(parsed, "json", False) is True)
    except KeyboardInterrupt:
        return refuse("stopped.", as_json=False)
    except BrokenPipeError:
        sys.stderr.close()  # the reader left, as `| head` does
        return 0


if __name__ == "__main__":
    sys.exit(main())
