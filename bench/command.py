"""The command line of a bench: its docstring is its help."""

from __future__ import annotations

import argparse
import os
import sys


def parser_of(doc: str | None, *, table: bool = False) -> argparse.ArgumentParser:
    """Return a parser; `table` is for a bench that writes a table of the docs from its rows."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if table:
        parser.add_argument("--table", action="store_true", help="write the table and compute nothing")
    return parser


def user_environment(**more: str) -> dict[str, str]:
    """Return the environment and `more`, as users have it: Python keeps what it compiled for later starts."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | more


def as_user() -> list[str]:
    """Return how a program starts gipspec as users have it.

    They lack interegular, a development tool with which lark checks the grammar at each start.
    """
    start = "import sys; sys.modules['interegular'] = None; from gipspec.cli import main; main()"
    return [sys.executable, "-c", start]
