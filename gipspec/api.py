"""The stages of gipspec, wired together: text → Study → Plan → Results → files."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gipspec.diagnostics import Finding, GipError, Problem, as_problems, sort_problems
from gipspec.lang.check import NOTHING, Known, declare, resolve
from gipspec.lang.load import Spec, load_source, load_spec
from gipspec.lang.study import Schema, Study
from gipspec.lang.syntax import Statement
from gipspec.source import Source

if TYPE_CHECKING:
    from gipspec.data import Dataset
    from gipspec.engine import Progress, Results, Run, Survey, Tried
    from gipspec.plan import Plan, Verdict
    from gipspec.report import History, Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A spec, read and checked: `study` holds what is sound in it, `problems` what is wrong.

    `sources` are the texts that it was read from: its own, and those of what it includes; `statements` those
    of them that could be parsed, `schema` the columns of the data where they could be read.
    """

    path: Path
    study: Study | None
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...] = ()
    statements: tuple[Statement, ...] = field(default=(), repr=False)
    schema: Schema | None = field(default=None, repr=False)
    known: Known = field(default=NOTHING, repr=False, compare=False)  # for the check of a later text

    @property
    def ok(self) -> bool:
        """Tell whether the spec has no errors; warnings do not count."""
        return not any(p.severity == "error" for p in self.problems)

    @property
    def name(self) -> str:
        """The name of the study: that of its file, without the ending."""
        return self.path.stem

    def require(self) -> Study:
        """Return the study. Raises GipError with all problems where nothing of it can run."""
        if self.study is None or (not self.ok and not self.study.models):
            raise GipError(*self.problems)
        return self.study

    def plan(self, *, select: Iterable[str] = (), draft: bool = False) -> Plan:
        """Lay out what would be computed; see `gipspec.plan.build_plan`."""
        from gipspec.plan import build_plan

        return build_plan(self.require(), select=select, draft=draft)

    def dataset(self) -> Dataset:
        """Read the data and derive its columns. Raises GipError with G3xx where that fails."""
        return self._read()[0]

    def _read(self) -> tuple[Dataset, tuple[Problem, ...]]:
        """Return the data set and the warnings of reading it."""
        from gipspec.data import build_dataset, read_table

        study = self.require()
        try:
            table = read_table(study.data)
            return build_dataset(table, study.panel, study.lets, study.labels), table.problems
        except GipError as error:
            span = study.data.span
            raise GipError(*(p.at(span) for p in error.problems)) from None

    def run(
        self,
        *,
        select: Iterable[str] = (),
        draft: bool = False,
        jobs: int = 1,
        on: str = "",
        store: Path | None = None,
        locked: Lock | None = None,
        templates: Path | None = None,
        progress: Progress | None = None,
    ) -> Results:
        """Estimate the study and return its results; nothing is written but the store, where one is given:
        each fit as it is finished, and at the end the run itself, in the ledger.

        Fits are done in this process, in `jobs` worker processes, or on the cluster `on` ("dask://host:port").
        A model that fails is left out and reported in `Results.problems`, and so are lines of the spec that
        were wrong. The audit looks at tables as `templates` have them. Raises GipError where nothing can run,
        G501 where the store cannot be written, G512 where data or versions are not those of the lock `locked`
        and G63x where the cluster cannot be used.
        """
        from gipspec.engine import (
            Silent,
            Store,
            Tally,
            describe_tables,
            infer_tables,
            open_executor,
            record_run,
            run_plan,
            worker_versions,
        )
        from gipspec.report.together import families_of

        started, selected = time.monotonic(), tuple(select)
        plan = self.plan(select=selected, draft=draft)
        dataset, warnings = self._read()
        if locked:
            self._hold(plan, dataset, locked)
        tally = Tally(to=progress or Silent())
        versions = worker_versions(step.model for step in plan.estimates)
        with open_executor(jobs, on=on, versions=versions, progress=tally) as executor:
            kept = Store(folder=store) if store else None
            results = run_plan(plan, dataset, store=kept, executor=executor, progress=tally)
        tables, wrong = infer_tables(
            results, families_of(plan.study, results), plan.study.seed, part=bool(selected)
        )
        variables, undescribed = describe_tables(plan.study, dataset)
        problems = (*self.problems, *warnings, *results.problems, *wrong, *undescribed)
        only = {step.model.name for step in plan.estimates} if selected else None
        results = replace(results, tables=tables, variables=variables, problems=problems)
        results = self._audited(results, dataset, only, templates)
        if store:
            record_run(
                results,
                store=store,
                spec=self.path,
                sources=self.sources,
                selected=selected,
                jobs=jobs,
                seconds=time.monotonic() - started,
                tally=tally,
            )
        return results

    def _audited(
        self, results: Results, dataset: Dataset, only: Collection[str] | None, templates: Path | None
    ) -> Results:
        """Return the results with what the audit finds; findings that the author accepts are no problems.

        The ledger has no part in it: a run gives the same results whatever was tried before.
        """
        from gipspec.audit import RAISED, findings, rows_lost

        lost = rows_lost(self.require(), results, dataset)
        stars = self._stars(templates)
        found = findings(self.require(), results, dataset=dataset, only=only, stars=stars)
        answered = {(f.code, f.message) for f in found if f.accepted}
        kept = [p for p in results.problems if (p.code, p.message) not in answered]
        new = as_problems(tuple(f for f in found if f.code not in RAISED))
        problems = sort_problems((*kept, *lost, *new, *(() if only else self.idle(found, results))))
        return replace(results, findings=found, problems=problems)

    def audit(self, results: Results | None = None, store: Path | None = None) -> tuple[Finding, ...]:
        """Return what the audit finds in the spec and its data, and in the results of a run, where given.

        The ledger of a `store` tells what else was tried. Raises GipError with G3xx for data that fail.
        """
        from gipspec.audit import findings

        return findings(self.require(), results, self._past(store), self.dataset(), stars=self._stars())

    def findings_of_run(self, results: Results, store: Path) -> tuple[Finding, ...]:
        """Return the findings of a run, and what the ledger adds to those of a run of the whole study."""
        from gipspec.audit import with_ledger

        study = self.require()
        tried = {e.model_name for e in results} | {p.subject for p in results.problems}
        runs = self._past(store) if {m.name for m in study.models} <= tried else ()
        return with_ledger(study, results.findings, results, runs) if runs else results.findings

    def idle(self, found: tuple[Finding, ...], results: Results | None = None) -> tuple[Problem, ...]:
        """Return a warning (G662) for each `audit accept` that accepts none of the findings.

        Without the results of a whole run that is not known of every rule.
        """
        from gipspec.audit import idle

        study = self.require()
        estimated = {e.model_name for e in results} if results is not None and not results.draft else set()
        return idle(study, found, whole={m.name for m in study.models} <= estimated)

    def _stars(self, templates: Path | None = None) -> dict[str, tuple[float, ...]]:
        from gipspec.report.styles import star_levels

        return star_levels((t.style for t in self.require().tables), templates)

    def _past(self, store: Path | None) -> tuple[Run, ...]:
        """Return the runs of the ledger; none where it cannot be read, which the run says itself (G611)."""
        try:
            return self.runs(store) if store else ()
        except sqlite3.Error:
            return ()

    def _hold(self, plan: Plan, dataset: Dataset, locked: Lock) -> None:
        from gipspec.engine import run_versions
        from gipspec.report import changed_inputs

        versions = run_versions(step.model for step in plan.estimates)
        data = plan.study.data.span
        if changed := changed_inputs(locked, self.sources, dataset.content_hash, versions, data):
            raise GipError(*changed)

    def write(
        self,
        results: Results,
        out: Path,
        templates: Path | None = None,
        formats: Iterable[str] = (),
        locked: Lock | None = None,
        store: Path | None = None,
    ) -> tuple[Problem, ...]:
        """Write tables, numbers, results and the page below the folder `out`; return what went wrong.

        Tables are written as LaTeX, and in the `formats` named here (`docx`, `html`, ...) or in their lines.
        After a run of a part of the study the other estimates are those of an earlier run, where they hold; a
        table of none that hold stays as it was. `gipspec.lock` says what the
        files were made of; with `locked` it stays as it is, and files that differ from it are a warning. The
        page, `report.html`, says how many specifications the ledger of the `store` knows.
        """
        from gipspec.report import attempted, completed, is_part, write_outputs

        models = [step.model for step in self.plan(draft=results.draft).estimates]
        part = is_part(results, models)
        results = completed(results, models, self.require(), out)
        study, history = attempted(self.require(), results), self._history(results, store)
        rest = (templates, formats, self.sources, locked, history)
        return write_outputs(results, study, out, *rest, part=part)

    def report(
        self,
        out: Path,
        templates: Path | None = None,
        formats: Iterable[str] = (),
        store: Path | None = None,
    ) -> tuple[Problem, ...]:
        """Write all outputs in `out` anew from the results of the last run; return what went wrong.

        What failed in the run, and is still in the spec, is among it. A model whose line asks for something
        else by now is a warning (G530). Raises GipError: G504 without results, G507 for unreadable ones.
        """
        from gipspec.report import attempted, failures, rewrite_outputs

        results = self.last_results(out, store)
        study, history = attempted(self.require(), results), self._history(results, store)
        wrong = rewrite_outputs(results, study, out, templates, formats, self.sources, history)
        return sort_problems((*failures(self.problems, results, study), *self.outdated(results), *wrong))

    def replicate(
        self,
        folder: Path,
        out: Path,
        *,
        with_data: bool = False,
        store: Path | None = None,
        templates: Path | None = None,
    ) -> tuple[str, ...]:
        """Write a replication package of the last run into a new folder; return the names of its files.

        Raises GipError: G504 where there are no results, G531 where they are not those of the whole spec and
        its data, or outputs were changed since, and what `gipspec.report.write_replication` raises.
        """
        from gipspec.report import read_lock, write_replication
        from gipspec.report.restore import stale

        study, results, lock = self.require(), self.last_results(out, store), read_lock(out)
        if reason := self._unfit(results):
            raise GipError(stale(out, reason))
        if self.dataset().content_hash != results.data_hash:
            raise GipError(stale(out, f"{study.data.name} is not the data of the run"))
        return write_replication(
            folder,
            self.path,
            study,
            results,
            lock,
            out,
            self._past(store),
            with_data=with_data,
            templates=templates,
        )

    def _unfit(self, results: Results) -> str:
        """Say why results are not those of the whole spec as it is now; empty where they are."""
        if results.draft:
            return "the last run was a draft"
        if changed := self.outdated(results):
            return changed[0].message
        tried = {e.model_name for e in results} | {p.subject for p in results.problems}
        missing = [m.name for m in self.require().models if m.name not in tried]
        return f"the last run left out {', '.join(missing[:3])}" if missing else ""

    def last_results(self, out: Path, store: Path | None = None) -> Results:
        """Read the results of the last run, with the places that their problems have in the spec.

        Raises GipError: G504 where there are none, G507 where they cannot be read.
        """
        from gipspec.audit import findings
        from gipspec.report import last_results, placed

        study, results = self.require(), last_results(out, self.path)
        found = findings(study, results, self._past(store), stars=self._stars())
        return placed(results, (*self.problems, *self.idle(results.findings, results)), found, study)

    def outdated(self, results: Results) -> tuple[Problem, ...]:
        """Return a warning (G530) for each model whose line asks for something else than `results` hold."""
        from gipspec.report import outdated

        plan = self.plan(draft=results.draft)
        return outdated(results, (step.model for step in plan.estimates))

    def runs(self, store: Path) -> tuple[Run, ...]:
        """Return the runs of this spec that the ledger of a store holds, the first one first."""
        from gipspec.engine import read_runs

        return read_runs(store, self.path)

    def tried(self, results: Results, store: Path | None) -> Tried:
        """Count the specifications that were tried in all runs of a ledger, and those that exhibits show.

        Raises sqlite3.Error where the ledger cannot be read.
        """
        from gipspec.engine import specifications_tried

        study = self.require()
        shown = {name for t in study.tables for name in t.models}
        shown |= {name for f in study.figures for name in f.members}
        return specifications_tried(self.runs(store) if store else (), results, shown)

    def _history(self, results: Results, store: Path | None) -> History:
        from gipspec.report import History

        findings = self.findings_of_run(results, store) if store else results.findings
        try:
            return History(tried=self.tried(results, store), findings=findings)
        except sqlite3.Error:  # the run has said so already (G611)
            return History(tried=None, findings=findings)

    def survey(self, plan: Plan, store: Path | None = None) -> Survey:
        """Count the nuisances that a plan asks for: how many differ, and how many are stored already."""
        from gipspec.engine import Store, survey

        return survey(plan, self.dataset(), Store(folder=store) if store else None)

    def verdicts(self, plan: Plan, out: Path) -> tuple[Verdict, ...]:
        """Say for each estimate whether the results in `out` still hold, and why not."""
        from gipspec.engine import run_versions
        from gipspec.plan import explain_plan
        from gipspec.report.earlier import load_earlier

        versions = run_versions(step.model for step in plan.estimates)
        return explain_plan(plan, load_earlier(out), self.dataset().content_hash, versions)


def load(path: str | Path) -> Loaded:
    """Read and check a spec file.

    Raises GipError (G507, G008) where the file itself cannot be read; whatever is wrong inside is in
    `Loaded.problems`.
    """
    path = Path(path)
    return _checked(path, load_spec(path))


def loads(text: str, *, folder: str | Path = ".", name: str = "study.gip", known: Known = NOTHING) -> Loaded:
    """Read and check spec text; relative data paths and includes start at `folder`.

    `known`, of the check of an earlier text, makes that of a changed one faster, and changes nothing else.
    """
    spec = load_source(Source.of(name, text), Path(folder))
    return _checked(Path(folder) / name, spec, known)


def _checked(path: Path, spec: Spec, known: Known = NOTHING) -> Loaded:
    from gipspec.data.schema import attempt_schema

    declared = declare(spec.source, spec.statements, spec.folder, spec.problems)
    schema, wrong = attempt_schema(declared.data)
    checked = resolve(declared, schema, known)
    problems = sort_problems((*spec.problems, *wrong, *checked.problems))
    sources = dict.fromkeys((spec.source, *(s.span.source for s in spec.statements)))
    return Loaded(
        path=path,
        study=checked.study,
        problems=problems,
        sources=tuple(sources),
        statements=spec.statements,
        schema=schema,
        known=checked.known,
    )
