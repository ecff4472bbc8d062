"""Whether a column that a user named can have the role it was named for."""

from __future__ import annotations

from gipspec.diagnostics import GipError, nearest, problem
from gipspec.propose.profile import Sight


def check_column(sight: Sight, name: str, role: str) -> None:
    """Raise GipError where a column cannot have a role: G102 where there is none, G652 otherwise."""
    profile = sight.profiles.get(name)
    if profile is None:
        guess = nearest(name, sight.profiles)
        few = ", ".join(f"`{n}`" for n in list(sight.profiles)[:8])
        remedy = f"did you mean `{guess}`?" if guess else f"the columns are {few}, ..."
        raise GipError(problem("G102", name=name, file=sight.table.name, remedy=remedy))
    if role in ("treatment", "outcome") and profile.is_text:
        raise GipError(problem("G652", name=name, role=role, reason="it is text, and numbers are needed"))
    if role != "unit" and profile.constant:
        raise GipError(problem("G652", name=name, role=role, reason="it does not vary"))
