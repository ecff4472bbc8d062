"""Findings as text: a rule with all its places, each with its own line and the one that mends it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from gipspec.diagnostics.finding import Finding, short_list
from gipspec.diagnostics.render import LONGEST, Style, plain

INDENT = " " * 4


def list_findings(findings: Iterable[Finding], style: Style = plain) -> str:
    """Return findings, which are in the order of their codes, a paragraph for each rule.

    `style` may add colour; it must not change what stands in the text.
    """
    groups = groupby(findings, key=lambda f: f.code)
    return "\n".join(_rule(list(group), style) for _, group in groups)


def _rule(found: list[Finding], style: Style) -> str:
    first = found[0]
    alike = len({f.message for f in found}) == 1
    head = first.message if alike else f"{len(found)} findings"
    open_ones = [f for f in found if not f.accepted]
    severity = (
        style(first.severity, f"{first.severity}[{first.code}]") if open_ones else f"accepted[{first.code}]"
    )
    lines = [f"{severity}: {head}"]
    shown: set[str] = set()
    for one in found:
        lines += _place(one, style, "" if alike else one.message, shown)
    helps = list(dict.fromkeys(f.help for f in open_ones if f.help and not f.remedy))
    return "\n".join([*lines, *(f"  = {style('help', 'help: ')}{text}" for text in helps)]) + "\n"


def _place(one: Finding, style: Style, message: str, shown: set[str]) -> list[str]:
    """Return the lines of one place; `shown` are remedies that stand above, which are not repeated."""
    names = short_list(list(one.names)) or "the study"
    where = f"{one.span.source.name}:{one.span.line}" if one.span is not None else ""
    lines = [
        "  " + (style("place", where) + "  " if where else "") + names + (f": {message}" if message else "")
    ]
    if one.span is not None:
        lines += [f"{INDENT}| {_cut(line)}" for line in one.span.text.split("\n")]
    if one.accepted:
        lines.append(f"{INDENT}= accepted: {one.accepted}")
    elif one.remedy is not None and (remedy := one.remedy.lines) not in shown:
        shown.add(remedy)
        word = "instead" if one.remedy.replaces else "add"
        first, *rest = remedy.split("\n")
        lines.append(f"{INDENT}= {style('help', word + ': ')}{first}")
        lines += [" " * (len(INDENT) + len(word) + 4) + line for line in rest]
    return lines


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def summarise(findings: Iterable[Finding]) -> str:
    """Count findings in a line: `3 findings (A04, A13), 2 accepted`."""
    every = list(findings)
    open_ones = [f for f in every if not f.accepted]
    codes = ", ".join(sorted({f.code for f in open_ones}))
    count = f"{len(open_ones)} finding{'' if len(open_ones) == 1 else 's'}" if open_ones else "no findings"
    accepted = len(every) - len(open_ones)
    return count + (f" ({codes})" if codes else "") + (f", {accepted} accepted" if accepted else "")
