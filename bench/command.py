"""The command line of a bench: its docstring is its help."""

from __future__ import annotations

import argparse


def parser_of(doc: str | None, *, table: bool = False) -> argparse.ArgumentParser:
    """Return a parser; `table` is for a bench that writes a table of the docs from its rows."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if table:
        parser.add_argument("--table", action="store_true", help="write the table and compute nothing")
    return parser
