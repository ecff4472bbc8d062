"""Rules on composite indices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gipspec.audit.names import index_of, names_of
from gipspec.audit.remedies import definition
from gipspec.diagnostics import Finding, finding
from gipspec.lang.study import Study


def scaled_by_year(study: Study) -> Iterator[Finding]:
    """A26: an index that is scaled year by year, in which growth that units share is lost."""
    used = {
        name for m in study.models for expr in (m.outcome, *m.treatments) for name in names_of(study, expr)
    }
    for let in study.lets:
        call = index_of(let)
        if call is None or let.name not in used:
            continue
        if any(a.name == "scale" for a in call.arguments):
            rest = replace(call, arguments=tuple(a for a in call.arguments if a.name != "scale"))
            remedy = definition(let, rest)
            yield finding("A26", name=let.name, names=(let.name,), remedy=remedy, span=call.span)
