"""What a run yields: estimates with everything that is reported about them (docs/statistics.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gipspec.diagnostics import Finding, Problem, counted, nearest
from gipspec.estimate.influence import Influence
from gipspec.recipe.found import NuisanceFit, Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number of the study, with its uncertainty and how it came about.

    `name` addresses it (`base`, `algos.lasso`, `joint.d1` where a model has several treatments, `gap` for a
    difference, `hetero.openness.high`). `model_name` is the line's model, `key` what follows it in the name;
    `model` the estimator ("plr", "difference") and `kind` what it estimates: see `gipspec.recipe.found`.
    """

    name: str
    model_name: str
    family: str
    variant: str
    model: str
    key: str = ""
    kind: str = "effect"
    outcome: str
    outcome_label: str
    treatment: str
    term: str
    term_label: str
    moderator: str = ""  # whose groups are compared; `group` is what readers call this one
    group: str = ""
    coef: float
    se: float
    t: float
    p: float
    ci: tuple[float, float]
    level: float
    n: int
    units: int
    clusters: int  # the smallest number over the dimensions; n where standard errors are not clustered
    cluster: tuple[str, ...]
    learner: str  # labels, "gbm" or "gbm / ols" where the nuisances differ
    folds: int | str
    reps: int
    fe: tuple[str, ...]
    fe_method: str
    sample: str
    excluded: int = 0  # rows outside the sample
    winsor: float
    controls: tuple[str, ...]
    nuisances: tuple[NuisanceFit, ...]
    spread: tuple[float, float]  # smallest and largest estimate over the repeated splits
    residual_share: float  # var(D - m_hat) / var(D) of the transformed treatment, mean over repetitions
    effects_share: float  # var of the treatment after removing effects / before
    rows_lost: tuple[tuple[str, int], ...]  # rows without a value, by column, before they were dropped
    line: str
    choice: str = ""  # `variant` as it was written: "0.5%", "lowcarbon + smartcity"
    measures: tuple[tuple[str, float], ...] = ()  # further numbers, such as ("first_stage_f", 24.1)
    settings: tuple[tuple[str, str], ...] = ()  # what defines the estimate, for comparing runs
    influence: Influence = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSeries:
    """The series of a model for a figure: `name` addresses it (`fake.placebo`, `sens.contour`)."""

    name: str
    model_name: str
    series: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexWeights:
    """Weights of a composite index: exhibit one of many papers."""

    name: str
    method: str
    rows: tuple[tuple[str, str, str, float], ...]  # (indicator, label, sign, weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableTable:
    """The numbers of a table of variables, by kind: "descriptives", "correlations" or "vif".

    `statistics` are (variable, statistic, value): `mean`, `sd`, ...; by the `arms` of the column `by`,
    `0.mean` and `1.mean`, `difference`, `difference.se`, `difference.p`; `vif`; and `r.<other>`, `p.<other>`,
    `n.<other>`.
    `clusters` counts those of the differences' errors, 0 where they are robust only.
    """

    table: str
    kind: str
    statistics: tuple[tuple[str, str, float], ...]
    rows: int
    by: str = ""
    arms: tuple[str, ...] = ()
    cluster: str = ""
    clusters: int = 0

    def of(self, variable: str) -> dict[str, float]:
        return {name: value for owner, name, value in self.statistics if owner == variable}


@dataclass(frozen=True, slots=True, kw_only=True)
class JointTest:
    """A Wald test of the coefficients of a table's row: `statistic` ~ χ²(df)."""

    term: str
    estimates: tuple[str, ...]
    statistic: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TableInference:
    """What holds for all estimates of a table together.

    `p` are p-values of the `estimates` that it shows, by name, adjusted for their number by "holm" or
    "romano_wolf"; `tests` are those that `wald` asks for: "equal", "zero" or "no".
    """

    table: str
    estimates: tuple[str, ...]
    adjust: str
    p: tuple[tuple[str, float], ...]
    wald: str
    tests: tuple[JointTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All that a run found. `problems` holds failures of models and warnings, in the order of their place."""

    study: str  # name of the spec file without its ending
    title: str
    data_name: str
    data_hash: str  # of the values read, whatever the format of the file
    estimates: tuple[Estimate, ...]
    series: tuple[NamedSeries, ...] = ()
    tables: tuple[TableInference, ...] = ()
    indices: tuple[IndexWeights, ...] = ()
    variables: tuple[VariableTable, ...] = ()
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()  # of the audit, with those that the author accepts
    labels: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    draft: bool = False

    def __getitem__(self, name: str) -> Estimate:
        for estimate in self.estimates:
            if estimate.name == name:
                return estimate
        raise KeyError(self._unknown(name))

    def _unknown(self, name: str) -> str:
        """Say what a name that is no estimate's stands for, or which one is near."""
        members = [e.name for e in self.estimates if e.name.startswith(f"{name}.")]
        if members:
            return f"{name} stands for {counted(len(members), 'estimate')}: {', '.join(members)}"
        guess = nearest(name, [e.name for e in self.estimates])
        return f"there is no estimate {name}" + (f"; did you mean {guess}?" if guess else "")

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.estimates)

    def of_model(self, model_name: str) -> tuple[Estimate, ...]:
        """Return the estimates of a model: one for each treatment, group, effect or event time."""
        return tuple(e for e in self.estimates if e.model_name == model_name)
