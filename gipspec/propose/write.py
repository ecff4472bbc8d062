"""The text of a first spec: a study that runs, and in its comments why each choice was made."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from gipspec.lang.notation import print_name, quote
from gipspec.lang.parser import parse
from gipspec.lang.printer import format_file
from gipspec.propose.outcome import TWIN, TWINS
from gipspec.propose.profile import Sight
from gipspec.propose.proposal import Choice, Proposal
from gipspec.source import Source, display_width

WIDTH = 98
MOST_LISTED = 60  # columns in a comment


def write_spec(proposal: Proposal, data: str, title: str) -> str:
    """Return a first spec in canonical form; `data` is what stands behind `data`, as a spec has it.

    Without a treatment or an outcome the lines to fill in are comments, with the columns of the file.
    """
    lines = "\n".join(_lines(proposal, data, title)) + "\n"
    file, problems = parse(Source.of("first.gip", lines))
    if problems:
        raise ValueError(f"a first spec that does not parse: {problems[0].message}")
    return format_file(file)


def _lines(p: Proposal, data: str, title: str) -> Iterator[str]:
    sight = p.sight
    size = f"{sight.rows:,} rows, {len(sight.profiles) - len(sight.lets):,} columns"
    do = "It runs as it is: read each choice, change what is wrong." if p.complete else "Fill it in."
    yield from _comment(f"A first spec for {sight.table.name} ({size}), from `gipspec new`. {do}")
    if sight.unnamed:
        what = "columns have names that no spec can hold, with a backtick or a line end in them"
        yield from _comment(f"{sight.unnamed} {what}: rename them to use them.")
    yield from ("", f"study {quote(_plain(title))}", "", f"data {data}", "")
    yield from _panel(p)
    if not p.complete:
        yield from _frame(p)
        return
    yield from _lets(p)
    yield from _treatment(p)
    yield from _outcome(p)
    yield from _controls(p)
    yield from _models(p)


def _panel(p: Proposal) -> Iterator[str]:
    if p.pair and p.panel:
        yield from _reason("Unit and time", p.panel)
        yield f"panel {print_name(p.pair.unit)} {print_name(p.pair.time)}"
    elif p.spoilt:
        unit, time = print_name(p.spoilt.unit), print_name(p.spoilt.time)
        why = f"{unit} and {time} look like unit and time, but {p.spoilt.faults()}"
        yield from _comment(f"{why}. Mend the file, then take the mark away:")
        yield f"# panel {unit} {time}"
    else:
        yield from _comment("No two columns look like unit and time, so that each row is a unit of its own.")
    yield ""


def _lets(p: Proposal) -> Iterator[str]:
    """Yield the columns of 0 and 1 that are made of texts and used."""
    assert p.treatment is not None
    assert p.outcome is not None
    used = {p.treatment.name, p.outcome.name, *p.controls.names}
    lines = [f"let {print_name(n)} = {how}" for n, how in p.sight.lets.items() if n in used]
    yield from lines
    yield from [""] if lines else []


def _treatment(p: Proposal) -> Iterator[str]:
    assert p.treatment is not None
    yield from _reason(f"Treatment: {print_name(p.treatment.name)}", p.treatment)


def _outcome(p: Proposal) -> Iterator[str]:
    assert p.outcome is not None
    yield from _reason(f"Outcome: {print_name(p.outcome.name)}", p.outcome)


def _controls(p: Proposal) -> Iterator[str]:
    chosen = p.controls
    if not chosen.names:
        yield from _comment("Controls: no column suits. Add some behind a `|` in the first model below.")
        yield ""
        return
    what = "Controls: columns that tell something of their own and cost few rows"
    have = f"{chosen.rows:,} of {p.sight.rows:,} rows have all"
    yield from _comment(f"{what} ({have}). Take out each one that the treatment may move.")
    by_reason: dict[str, list[str]] = {}
    for name, why in chosen.left_out:
        short = "another form of a control" if why.startswith(TWIN) and why not in TWINS else why
        by_reason.setdefault(short, []).append(print_name(name))
    for why, names in by_reason.items():
        yield from _comment(f"  left out: {_few(names)}: {why}")
    if chosen.more:
        yield from _comment(f"  not looked at: {chosen.more:,} more columns, to keep a first spec short")
    yield f"set {set_name(p.sight)} = {' + '.join(map(print_name, chosen.names))}"
    yield ""


def set_name(sight: Sight) -> str:
    """Return a name for the set of controls that no column has."""
    return next(n for n in ("controls", "covariates", "x_all", "x_all_") if n not in sight.profiles)


def _models(p: Proposal) -> Iterator[str]:
    assert p.treatment is not None
    assert p.outcome is not None
    if p.cluster:
        yield from _reason(f"Clusters: {print_name(p.cluster.name)}", p.cluster)
        yield f"defaults cluster={print_name(p.cluster.name)}"
        yield ""
    behind = f" | {set_name(p.sight)}" if p.controls.names else ""
    head = f"base   <- {print_name(p.outcome.name)} ~ {print_name(p.treatment.name)}{behind}"
    members = ["base", "linear"]
    if p.fits == "product" and p.pair is None:
        yield from _comment(
            "Linear nuisances: trees would find the product, and leave nothing of the treatment."
        )
        yield f"{head}; learner=ols"
        members = ["base"]
    else:
        yield head
        yield "linear <- base; learner=ols  # the same with linear nuisances"
    if p.pair is None and p.fits == "binary":
        yield "inter  <- base; model=irm  # effects that may differ from row to row"
        members.append("inter")
    yield ""
    yield from _ideas(p)
    outcome, treatment = _title(p.sight, p.outcome.name), _title(p.sight, p.treatment.name)
    yield f"table main {quote(f'{treatment} and {outcome}')}: {', '.join(members)}"


def _ideas(p: Proposal) -> Iterator[str]:
    yield from _comment("Next: take a mark away, and add the name to the table.")
    if p.pair and p.fits in ("staggered", "adopted"):
        yield "# event <- base; event=-3..3  # effects by time since adoption, and a test before it"
    if p.pair:
        yield "# diffs <- base; fe_method=fd  # first differences instead of demeaning"
    if p.controls.names:
        named = print_name(p.controls.names[0])
        yield f"# sens <- base; sensitivity={named}  # how strong an unobserved confounder must be"
    if p.fits == "product" and p.pair is None:
        yield "# tails <- base; winsor=[1%, 5%]  # without the tails"
    else:
        yield "# algos <- base; learner=[lasso, rf]  # other learners"
    yield ""


def _frame(p: Proposal) -> Iterator[str]:
    lacking = "a treatment" if p.treatment is None else "an outcome"
    yield from _comment(f"No column looks like {lacking}. Fill in these lines and take the marks away:")
    yield "# set controls = first + second"
    yield "# base <- outcome ~ treatment | controls"
    yield '# table main "Baseline": base'
    yield ""
    yield from _comment("The columns of the file:")
    names = list(p.sight.profiles)
    yield from _comment("  " + ", ".join(map(print_name, names[:MOST_LISTED])) + _rest(len(names)))


def _rest(count: int) -> str:
    return f", and {count - MOST_LISTED:,} more" if count > MOST_LISTED else ""


def _reason(role: str, choice: Choice) -> Iterator[str]:
    how = {"sure": "Sure", "likely": "Likely", "a guess": "A guess"}[choice.sure]
    others = f" Or: {', '.join(choice.others)}." if choice.others else ""
    yield from _comment(f"{role}: {choice.why}. {how}.{others}")


def _few(names: list[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _title(sight: Sight, name: str) -> str:
    return _plain(sight.profiles[name].label or name)


def _plain(text: str) -> str:
    """Return a text on one line, without marks that no spec may hold."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())


def _comment(text: str) -> Iterator[str]:
    """Yield a comment, wrapped; further lines are indented."""
    clean = "".join(ch if ch.isprintable() else " " for ch in text)
    indent = " " * (len(clean) - len(clean.lstrip()) + 2)
    width = max(40, WIDTH - (display_width(clean) - len(clean)) // 4)
    wrapped = textwrap.wrap(
        clean, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    yield from (f"# {line}" for line in wrapped)
