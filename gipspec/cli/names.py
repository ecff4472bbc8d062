"""What a user names on the command line: estimates, models, fans, tables."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from gipspec.diagnostics import GipError, nearest, problem


def addresses(wanted: str, name: str) -> bool:
    """Tell whether what a user named means an estimate: its name, its model's, its fan's, or a pattern."""
    return fnmatchcase(name, wanted) or name.startswith(f"{wanted}.")


def unknown(wanted: str, known: Iterable[str], otherwise: str) -> GipError:
    """Return what is said of a name that means nothing (G505), with the nearest one that does."""
    guess = nearest(wanted, known)
    remedy = f"did you mean `{guess}`?" if guess else otherwise
    return GipError(problem("G505", pattern=wanted, remedy=remedy))
