"""Rules on folds, standard errors and permutations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from gipspec.audit.names import printed
from gipspec.audit.remedies import amended, is_plain, varied
from gipspec.diagnostics import Finding, Remedy, counted, finding
from gipspec.lang.notation import print_name
from gipspec.lang.study import Model, Panel, Study

if TYPE_CHECKING:
    from gipspec.data import Dataset
    from gipspec.engine import Estimate

FEW_CLUSTERS = 30
_OF_UNITS = "leave `folds=` away: with a panel, folds are made of whole units"
FEW_DRAWS = 99  # of a permutation: its p-value cannot be below 1 / (draws + 1)


def split_clusters(study: Study, model: Model) -> Iterator[Finding]:
    """A02: folds of rows or units, where errors are correlated within something coarser."""
    settings, panel = model.settings, study.panel
    if isinstance(settings.folds, str):
        return
    if panel is None:
        effects = [effect[0] for effect in settings.fe if len(effect) == 1]
        grouped = [*settings.cluster, *effects]
        if grouped:
            pair = len(effects) == 2 and all(len(effect) == 1 for effect in settings.fe)
            panel_line = " ".join(("panel", *map(print_name, effects)))
            remedy = Remedy.of(panel_line) if pair else _own_folds(model, grouped[0])
            yield finding("A02", what="rows", name=grouped[0], about=grouped[0], remedy=remedy)
        return
    coarser = [name for name in settings.cluster if name != panel.time]
    if coarser and panel.unit not in settings.cluster:
        name, remedy = coarser[0], _own_folds(model, coarser[0])
        yield finding("A02", what="units", name=name, about=name, help=_whole_clusters(name), remedy=remedy)


def folds_split_clusters(study: Study, model: Model, dataset: Dataset) -> Iterator[Finding]:
    """A02: a column of folds that puts rows of a cluster into several folds."""
    folds = model.settings.folds
    if isinstance(folds, int) or folds not in dataset.columns:
        return
    time = study.panel.time if study.panel else ""
    for name in (n for n in model.settings.cluster if n != time and n in dataset.columns):
        seen: dict[object, set[object]] = {}
        columns = (dataset.columns[n].values.tolist() for n in (name, folds))
        for cluster, fold in zip(*columns, strict=True):
            seen.setdefault(cluster, set()).add(fold)
        split = sum(len(found) > 1 for found in seen.values())
        if split:
            measures = (("clusters_split", float(split)), ("clusters", float(len(seen))))
            yield finding(
                "A02",
                what=f"the column `{folds}`",
                name=name,
                about=name,
                help=_OF_UNITS if study.panel and name == study.panel.unit else _whole_clusters(name),
                measures=measures,
                remedy=_own_folds(model, name),
            )


def _whole_clusters(name: str) -> str:
    written = print_name(name)
    return (
        f"make folds of whole clusters: `folds={written}`, where each is a fold of its own, or a column of "
        f"folds that holds all rows of a value of `{name}` together"
    )


def _own_folds(model: Model, name: str) -> Remedy:
    """Each cluster is a fold of its own: what there is of whole clusters without a further column."""
    return amended(model, folds=print_name(name), reps="1")


def unclustered(study: Study, model: Model) -> Iterator[Finding]:
    """A03: a panel without clusters at all, or with those of periods alone."""
    if study.panel and not set(model.settings.cluster) - {study.panel.time}:
        yield _not_by_unit(model, study.panel)


def clusters_below_assignment(
    study: Study, models: Sequence[Model], dataset: Dataset
) -> Iterator[tuple[Model, Finding]]:
    """A03: clusters that split units, or groups of units that the treatment is assigned to."""
    from gipspec.audit.assignment import Assignment  # `gipspec check` has no time to import numpy

    panel = study.panel
    if panel is None:
        return
    assignment = Assignment(study, dataset)
    for model in (m for m in models if set(m.settings.cluster) - {panel.time}):
        if not assignment.whole_units(model):
            yield model, _not_by_unit(model, panel)
            continue
        for treatment, name, count in islice(assignment.coarser(model), 1):
            yield model, _coarser(model, panel, treatment, name, count)


def _not_by_unit(model: Model, panel: Panel) -> Finding:
    unit = panel.unit
    return finding(
        "A03",
        reason=f"standard errors of `{model.name}` are not clustered by the panel unit `{unit}`",
        help=f"use `cluster={print_name(unit)}`, the default",
        remedy=amended(model, cluster=print_name(unit)),
    )


def _coarser(model: Model, panel: Panel, treatment: str, name: str, count: int) -> Finding:
    now = " and ".join(f"`{c}`" for c in model.settings.cluster)
    clusters = [name, *(c for c in model.settings.cluster if c == panel.time)]
    written = " + ".join(map(print_name, clusters))
    return finding(
        "A03",
        reason=f"the treatment `{treatment}` is assigned by `{name}`, and standard errors of "
        f"`{model.name}` are clustered by {now}",
        help=f"use `cluster={written}`",
        about=name,
        measures=(("groups", float(count)),),
        remedy=amended(model, cluster=written),
    )


def one_split(study: Study, model: Model) -> Iterator[Finding]:
    """A04: an estimate that rests on one random split."""
    if model.settings.reps == 1 and isinstance(model.settings.folds, int):
        yield finding("A04", measures=(("reps", 1.0),), remedy=amended(model, reps="5"))


def few_clusters(study: Study, model: Model, estimate: Estimate) -> Iterator[Finding]:
    """A10: fewer clusters than the normal approximation needs (Cameron, Gelbach and Miller 2008), or few that
    are treated or that are not (Conley and Taber 2011), and no permutation test of the same effect.
    """
    permuted = {printed(m) for m in study.models if m.settings.placebo}
    several = len(model.treatments) > 1
    reason = _few(estimate, several) if estimate.cluster else ""
    if not reason or printed(model) in permuted:
        return
    possible = study.panel is not None and model.settings.model == "plr" and len(model.treatments) == 1
    plain = possible and is_plain(model.settings)
    remedy = varied(study, model, "permuted", placebo="999", placebo_by="design") if plain else None
    arms = tuple((name, value) for name, value in estimate.measures if name.startswith("clusters."))
    measures = (("clusters", float(estimate.clusters)), *arms)
    about = estimate.treatment if f"`{estimate.treatment}`" in reason else ""
    yield finding("A10", reason=reason, about=about, measures=measures, remedy=remedy)


def _few(estimate: Estimate, several: bool) -> str:
    """Say of what there are few clusters: of one arm, where it has less than half, or in all.

    The arms are those of a term; with several terms, which may be products, it says of which.
    """
    known = {name: int(value) for name, value in estimate.measures if name.startswith("clusters.")}
    if known:
        treated, untreated, every = (known[f"clusters.{name}"] for name in ("treated", "untreated", "all"))
        count, what = (treated, "treated") if treated <= untreated else (untreated, "ever untreated")
        if 2 * count < every and several:
            level = 1 if treated <= untreated else 0
            term, clusters = estimate.treatment, counted(every, "cluster")
            return f"`{term}` is {level} in only {count} of {clusters}"
        if 2 * count < every:
            return f"only {count} of {counted(every, 'cluster')} {'is' if count == 1 else 'are'} {what}"
    return f"{estimate.clusters} clusters only" if estimate.clusters < FEW_CLUSTERS else ""


def few_draws(study: Study, model: Model) -> Iterator[Finding]:
    """A32: a permutation with so few draws that no small p-value can come of it."""
    draws = model.settings.placebo
    if 0 < draws < FEW_DRAWS:
        yield finding(
            "A32",
            draws=draws,
            least=f"{1 / (draws + 1):.3f}",
            measures=(("draws", float(draws)),),
            remedy=amended(model, placebo="499"),
        )
