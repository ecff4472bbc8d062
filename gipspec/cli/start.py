"""`gipspec new`."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from gipspec.cli import options
from gipspec.cli.ask import ask, interactive, read_line
from gipspec.cli.console import FINE, print_json, show_problems
from gipspec.cli.places import writing
from gipspec.diagnostics import GipError, Problem, problem
from gipspec.propose.examples import EXAMPLES

if TYPE_CHECKING:
    from gipspec.data import Table
    from gipspec.lang.study import DataSource
    from gipspec.propose import Given, Proposal, Sight

MOST_FILES = 20  # that a question names


@click.command(
    "new",
    epilog="Examples: gipspec new panel.dta    gipspec new panel.dta study.gip --yes    "
    "gipspec new causaldata::castle --treatment post    gipspec new --example gip",
)
@click.argument("data", required=False)
@click.argument("spec", type=click.Path(path_type=Path), required=False)
@click.option("--data", "named", metavar="FILE", help="The data, where the argument is the spec to write.")
@click.option("--panel", metavar="'UNIT TIME'", help="The unit and the time, or none.")
@click.option("--treatment", metavar="COLUMN", help="The treatment.")
@click.option("--outcome", metavar="COLUMN", help="The outcome.")
@click.option("-y", "--yes", is_flag=True, help="Take the proposals, ask nothing.")
@click.option(
    "--example", type=click.Choice(sorted(EXAMPLES)), help="Write an example instead, with its data."
)
@options.as_json("the proposals")
def command(
    data: str | None,
    spec: Path | None,
    named: str | None,
    panel: str | None,
    treatment: str | None,
    outcome: str | None,
    yes: bool,
    example: str | None,
    as_json: bool,
) -> int:
    """Write a first spec for DATA: a file, or `package::dataset`.

    What looks like unit, time, treatment, outcome and controls is proposed, with reasons; on a terminal you
    are asked where it is not clear, and for DATA where it is not named. The spec runs as it is. Files are
    never overwritten. With the name of a spec alone an example is written.
    """
    if example:
        if named or panel or treatment or outcome or spec or (data and Path(data).suffix not in ("", ".gip")):
            raise click.UsageError("--example goes with the name of a spec alone: gipspec new --example gip")
        return _write_example(example, Path(data) if data else None)
    if data and data.endswith(".gip"):
        if spec:
            raise click.UsageError("name the data, then the spec to write: gipspec new panel.dta study.gip")
        if not named:
            return _write_example("first", Path(data))
        data, spec = named, Path(data)
    elif data and named:
        raise click.UsageError("--data goes with the spec to write: gipspec new study.gip --data panel.dta")
    data, table, quiet = data or named, None, yes or as_json
    if data:
        source = _source(data)
    elif not quiet and interactive():
        source, table = _ask_data()
    else:
        raise click.UsageError("name a data file, or an example: gipspec new --example castle")
    target = spec or Path(_stem(source) + ".gip")
    target = target if target.suffix else target.with_suffix(".gip")
    _refuse_existing(target)
    return _write_first(source, table, target, (panel, treatment, outcome), quiet, as_json)


def _ask_data() -> tuple[DataSource, Table]:
    """Ask for the data until they can be read: a number of the files here, another file, a data set."""
    from gipspec.data import read_table

    files = _data_files()
    for number, name in enumerate(files, 1):
        click.echo(f"  {number}  {name}", err=True)
    only = f" [{files[0]}]" if len(files) == 1 else ""
    while True:
        answer = read_line(f"the data: a number or a file{only}" if files else "the data: a file")
        answer = answer.strip("'\"") or (files[0] if only else "")
        if answer.isdecimal() and not Path(answer).exists() and 1 <= int(answer) <= len(files):
            answer = files[int(answer) - 1]
        if answer.startswith("~/"):
            answer = str(Path(answer).expanduser())
        if not answer:
            continue
        try:
            source = _source(answer)
            return source, read_table(source)
        except GipError as error:
            found = error.problems[0]
            click.echo(found.message + (f"; {found.help}" if found.help else ""), err=True)


def _data_files() -> list[str]:
    """Return the data files of the folder, the first ones where they are many."""
    from gipspec.data.locate import ENDINGS

    try:
        return sorted(p.name for p in Path().iterdir() if p.suffix.lower() in ENDINGS)[:MOST_FILES]
    except OSError:
        return []


def _write_first(
    source: DataSource,
    table: Table | None,
    target: Path,
    said: tuple[str | None, ...],
    quiet: bool,
    as_json: bool,
) -> int:
    from gipspec.data import read_table
    from gipspec.propose import look, propose, write_spec

    sight = look(table or read_table(source))
    given = _given(sight, *said)
    proposal = propose(sight, given)
    if not quiet and interactive():
        proposal = ask(proposal, given)
    text = write_spec(proposal, _data_text(source, target), _stem(source))
    _write(target, text.encode("utf-8"))
    show_problems([*sight.table.problems, *_warnings(proposal, target)])
    if as_json:
        print_json(_as_json(proposal, target))
        return FINE
    for role, choice in (
        ("panel", proposal.panel),
        ("treatment", proposal.treatment),
        ("outcome", proposal.outcome),
    ):
        if choice:
            click.echo(f"{role:<10} {choice.name} ({choice.sure}): {choice.why}")
    if proposal.controls.names:
        click.echo(f"{'controls':<10} {', '.join(proposal.controls.names)}")
    click.echo(
        f"wrote {target}; next: "
        + (f"gipspec run {quote(str(target))}" if proposal.complete else "fill in its lines")
    )
    return FINE


def _source(data: str) -> DataSource:
    from gipspec.lang.study import DataSource

    package, mark, dataset = data.partition("::")
    if mark and not Path(data).exists():
        return DataSource(package=package, dataset=dataset.strip("`"))
    return DataSource(path=str(Path(data).absolute()))


def _stem(source: DataSource) -> str:
    return source.dataset or Path(source.path).stem


def _data_text(source: DataSource, target: Path) -> str:
    """Return what stands behind `data`: a path from the folder of the spec, or a data set of a package."""
    from gipspec.lang.notation import print_name, quote

    if source.package:
        return f"{print_name(source.package)}::{print_name(source.dataset)}"
    try:
        return quote(Path(os.path.relpath(source.path, target.absolute().parent)).as_posix())
    except ValueError:  # another drive of Windows
        return quote(Path(source.path).as_posix())


def _given(sight: Sight, panel: str | None, treatment: str | None, outcome: str | None) -> Given:
    """Return what the options say. Raises GipError: G102 for a column there is not, G652 for one unfit."""
    from gipspec.propose import Given, check_column

    unit = time = ""
    if panel and panel != "none":
        unit, time = _two(panel, sight)
    for role, name in (("unit", unit), ("time", time), ("treatment", treatment), ("outcome", outcome)):
        if name:
            check_column(sight, name, role)
    if treatment and treatment == outcome:
        raise GipError(problem("G652", name=outcome, role="outcome", reason="it is the treatment"))
    return Given(
        panel="none" if panel == "none" else "",
        unit=unit,
        time=time,
        treatment=treatment or "",
        outcome=outcome or "",
    )


def _two(panel: str, sight: Sight) -> tuple[str, str]:
    """Split `unit time`; with names that have blanks in them, where the two halves are columns."""
    words = panel.split(" ")
    halves = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    if not halves:
        raise click.UsageError("--panel takes two columns, `--panel 'city year'`, or `none`")
    return next((h for h in halves if h[0] in sight.profiles and h[1] in sight.profiles), halves[0])


def _warnings(proposal: Proposal, target: Path) -> list[Problem]:
    from gipspec.propose import numbers_in_text, waves

    name, found = proposal.sight.table.name, []
    beside = None if proposal.pair else waves(proposal.sight)
    if beside:
        found.append(problem("G653", first=beside.first, last=beside.last, count=beside.count, file=name))
    texts = numbers_in_text(proposal.sight)
    if texts:
        column, value = next(iter(texts.items()))
        more = f", and so are {len(texts) - 1} more columns" if len(texts) > 1 else ""
        found.append(problem("G654", name=column, file=name, value=value, more=more))
    if proposal.spoilt:
        unit, time = proposal.spoilt.unit, proposal.spoilt.time
        found.append(problem("G651", unit=unit, time=time, file=name, faults=proposal.spoilt.faults()))
    if proposal.treatment is None or proposal.outcome is None:
        role = "a treatment" if proposal.treatment is None else "an outcome"
        found.append(problem("G650", file=name, role=role, so=f"fill in the lines of {target.name}"))
    elif proposal.stands_in:
        so = f"`{proposal.treatment.name}` stands in so that {target.name} runs"
        found.append(problem("G650", file=name, role="a treatment", so=so))
    return found


def _as_json(proposal: Proposal, target: Path) -> dict[str, object]:
    roles = {
        "panel": proposal.panel,
        "treatment": proposal.treatment,
        "outcome": proposal.outcome,
        "cluster": proposal.cluster,
    }
    chosen = {
        role: {"name": c.name, "sure": c.sure, "why": c.why, "others": list(c.others)} if c else None
        for role, c in roles.items()
    }
    return {
        "spec": str(target),
        "runs": proposal.complete,
        **chosen,
        "controls": list(proposal.controls.names),
        "left_out": dict(proposal.controls.left_out),
    }


# ---------------------------------------------------------------- files


def _write_example(name: str, target: Path | None) -> int:
    """Write an example and the files that it reads; nothing where one of them is there already."""
    from gipspec.lang.starter import EXAMPLE
    from gipspec.propose.examples import example_files

    if name == "first":
        assert target is not None
        _refuse_existing(target)
        _write(target, EXAMPLE.encode("utf-8"))
        click.echo(f"wrote {target}; next: gipspec run {quote(str(target))}")
        return FINE
    spec, *beside = example_files(name)
    target = target or Path(spec.name)
    target = target if target.suffix else target.with_suffix(".gip")
    files = {target: spec, **{target.parent / path.name: path for path in beside}}
    for path in files:
        _refuse_existing(path)
    for path, origin in files.items():
        _write(path, origin.read_bytes())
        click.echo(f"wrote {path}")
    click.echo(f"next: gipspec run {quote(str(target))}")
    return FINE


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise GipError(problem("G506", path=path))


def _write(path: Path, content: bytes) -> None:
    from gipspec.engine.atomic import write_atomically

    with writing(path, "choose another folder"):
        write_atomically(path, content)
