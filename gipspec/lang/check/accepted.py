"""`audit accept`: which findings the author of a study answers for."""

from __future__ import annotations

from collections.abc import Iterable

from gipspec.diagnostics import CODES, Problem, problem
from gipspec.lang.check.suggest import unknown
from gipspec.lang.study import Acceptance
from gipspec.lang.syntax import AuditStatement


def resolve_accepted(
    statements: Iterable[AuditStatement], known: Iterable[str]
) -> tuple[tuple[Acceptance, ...], list[Problem]]:
    """Return what a study accepts; `known` are its models, fans, differences, tables and derived columns.

    Problems of wrong lines: G660 for a code of no rule, G101 for an unknown name, G661 for no reason.
    """
    names = set(known)
    accepted: list[Acceptance] = []
    found: list[Problem] = []
    for statement in statements:
        wrong = _problems(statement, names)
        found += wrong
        if not wrong:
            accepted.append(
                Acceptance(
                    code=statement.code.text.upper(),
                    names=tuple(dict.fromkeys(name.text for name in statement.items)),
                    reason=statement.reason.strip(),
                    span=statement.span,
                )
            )
    return tuple(accepted), found


def _problems(statement: AuditStatement, known: set[str]) -> list[Problem]:
    rules = [code for code in CODES if code.startswith("A")]
    code = statement.code
    found: list[Problem] = []
    if code.text.upper() not in rules:
        found.append(unknown("G660", code.span, code.text, rules, rule=code.text))
    for name in statement.items:
        if name.text not in known:
            kind = "model, table or derived column"
            found.append(unknown("G101", name.span, name.text, known, name=name.text, kind=kind))
    if not statement.reason.strip():
        found.append(problem("G661", statement.span, rule=code.text))
    return found
