"""The estimates of a staggered design: event times, their mean, cohorts and periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gipspec.estimate import Band, Split, joint_band
from gipspec.estimate.did import Effects, Summary, pre_trend, split_of, summarize
from gipspec.learn import derive_seed
from gipspec.recipe.cell_quality import Diagnosis
from gipspec.recipe.found import Found, Series
from gipspec.recipe.irm import overlap_measures
from gipspec.recipe.piece import found
from gipspec.recipe.staggered import Size, Staggered, period_key, reported, size_of

DIFFERENCES = "differences"  # what becomes of effects: units' leave with the change, periods' by comparison


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Study:
    """What all estimates of a design have in common."""

    design: Staggered
    diagnosis: Diagnosis
    size: Size

    def entry(self, key: str, kind: str, label: str, splits: Sequence[Split], term: str = "") -> Found:
        piece = self.design.piece
        one = found(
            piece,
            splits,
            key=key,
            kind=kind,
            treatment=piece.treatments[0],
            term=term or key,
            term_label=label,
            nuisances=self.diagnosis.nuisances,
            residual_share=self.diagnosis.residual_share,
            clusters=self.design.clusters,
        )
        return replace(
            one,
            n=self.size.rows,
            units=self.size.units,
            clusters=self.size.clusters,
            fe_method=DIFFERENCES,
            effects_share=float("nan"),
        )

    def splits(self, summaries: Sequence[Summary], at: int) -> list[Split]:
        clusters = self.design.clusters
        return [split_of(s.theta[at], s.influence[:, at], clusters) for s in summaries]


def event_study(
    design: Staggered, effects: Sequence[Effects], diagnosis: Diagnosis
) -> tuple[tuple[Found, ...], Series]:
    """Aggregate the effects (R,) of all cells over those within the window of `event=`.

    `overall` comes first: the plain mean over the event times from adoption on, called by the treatment. It
    has the test of the event times before as measures, and the critical value of the band over all event
    times; where nothing is estimated after adoption, the first event time has them.
    """
    study = _Study(design=design, diagnosis=diagnosis, size=size_of(design))
    seen = [_within(e, reported(design)) for e in effects]
    by_event = [summarize(e, "event") for e in seen]
    labels = by_event[0].labels
    events = [
        study.entry(str(e), "event", event_label(e), study.splits(by_event, k)) for k, e in enumerate(labels)
    ]
    settings = design.piece.model.settings
    band = joint_band([e.influence for e in events], settings.level, seed=derive_seed(settings.seed, "event"))
    measures = (
        *_pre_trend(labels, events, settings.anticipation),
        ("band.critical", band.critical),
        *overlap_measures(diagnosis.overlaps),
    )
    entries = [
        *_overall(study, by_event),
        *events,
        *_by_label(study, [summarize(e, "cohort") for e in seen]),
        *_by_label(study, [summarize(e, "period") for e in seen]),
    ]
    first = replace(entries[0], measures=(*entries[0].measures, *measures))
    return (first, *entries[1:]), _series(labels, events, band)


def event_label(event: int) -> str:
    """Say when an event time is: `2 periods before`, `adoption`, `1 period after`."""
    if event == 0:
        return "Period of adoption"
    count = "1 period" if abs(event) == 1 else f"{abs(event)} periods"
    return f"{count} {'before' if event < 0 else 'after'}"


def _within(effects: Effects, at: Sequence[int]) -> Effects:
    """Keep the effects of the cells at these positions."""
    return Effects(
        cells=tuple(effects.cells[k] for k in at),
        theta=effects.theta[list(at)],
        influence=effects.influence[:, list(at)],
        cohort=effects.cohort,
    )


def _overall(study: _Study, summaries: Sequence[Summary]) -> list[Found]:
    if np.isnan(summaries[0].overall):
        return []
    splits = [split_of(s.overall, s.overall_influence, study.design.clusters) for s in summaries]
    treatment = study.design.piece.treatments[0]
    return [study.entry("overall", "effect", study.design.piece.label(treatment), splits, treatment)]


def _by_label(study: _Study, summaries: Sequence[Summary]) -> Iterator[Found]:
    """Yield the effects by cohort or by period."""
    by = summaries[0].by
    for k, label in enumerate(summaries[0].labels):
        name = study.design.period_names[label]
        splits = study.splits(summaries, k)
        yield study.entry(f"{by}.{period_key(name)}", by, f"{by.capitalize()} {name}", splits)


def _pre_trend(
    labels: Sequence[int], events: Sequence[Found], anticipation: int
) -> tuple[tuple[str, float], ...]:
    test = pre_trend(labels, [e.influence for e in events], anticipation=anticipation)
    if test is None:
        return ()
    return (("pretrend.chi2", test.statistic), ("pretrend.df", float(test.df)), ("pretrend.p", test.p))


def _series(labels: Sequence[int], events: Sequence[Found], band: Band) -> Series:
    """Return the effects by event time, with pointwise intervals and a band that holds for all."""
    return Series(
        key="",
        kind="event",
        columns=(
            ("event", tuple(float(e) for e in labels)),
            ("coef", tuple(e.aggregate.coef for e in events)),
            ("se", tuple(e.aggregate.se for e in events)),
            ("low", tuple(e.aggregate.ci[0] for e in events)),
            ("high", tuple(e.aggregate.ci[1] for e in events)),
            ("band.low", tuple(band.low.tolist())),
            ("band.high", tuple(band.high.tolist())),
        ),
    )
