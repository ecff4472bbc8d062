"""The checked study: every name resolved, every option typed, every fan spread out. Data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field

from gipspec.lang.syntax import Expr
from gipspec.source import Source, Span

Value = int | float | str | bool | tuple["Value", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A learner with all its parameters, defaults filled in.

    `label` is what tables call it: the name that a `learner` statement gave, or the learner's own. It is not
    part of equality: the same learner under two names is fitted once.
    """

    name: str
    parameters: tuple[tuple[str, Value], ...] = ()
    members: tuple[Learner, ...] = ()  # of a stack
    label: str = field(default="", compare=False)

    def parameter(self, name: str) -> Value:
        return dict(self.parameters)[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What is known of a column of the data before it is read."""

    name: str
    label: str = ""
    kind: str = ""  # "number", "text", "date"; empty where only reading all of it would tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The columns of a data set, in the order of the file."""

    name: str  # "gip_panel.dta" or "causaldata::castle"
    columns: tuple[Column, ...]

    def labels(self) -> dict[str, str]:
        return {c.name: c.label for c in self.columns if c.label}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """Where the data come from: `path` (absolute) of a file, or a data set of a package."""

    path: str = ""
    package: str = ""
    dataset: str = ""
    sheet: str = ""
    encoding: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """What messages and notes call it; never a folder of this machine."""
        if self.package:
            return f"{self.package}::{self.dataset}"
        return self.path.replace("\\", "/").rsplit("/", 1)[-1]

    @property
    def title(self) -> str:
        """The name without its ending, for outputs: copies in two formats are the same data."""
        return self.name if self.package else self.name.rpartition(".")[0] or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    unit: str
    time: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Let:
    """A derived column. Lets stand in an order in which each uses only columns and earlier lets."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows that a model uses; `name` is empty for a condition written in the option itself."""

    name: str
    condition: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every option of an estimation, typed, with the defaults filled in (docs/language.md)."""

    model: str = "plr"
    target: str = "ate"
    learner_y: Learner
    learner_d: Learner
    learner_z: Learner  # of instruments
    learner_m: Learner  # of mediators
    tune: int = 0  # trials; 0 is no search
    fe: tuple[tuple[str, ...], ...] = ()  # each effect: one column, or several that interact
    fe_method: str = "within"
    folds: int | str = 5  # a number, or the column that holds the folds
    reps: int = 5
    cluster: tuple[str, ...] = ()  # none, one or two columns
    sample: Sample | None = None
    winsor: float = 0.0  # share cut in each tail
    trim: float = 0.01  # propensities are kept within trim and 1 - trim
    iv: tuple[Expr, ...] = ()
    het: Expr | None = None
    het_by: str = "split"
    via: tuple[Expr, ...] = ()
    placebo: int = 0  # draws
    placebo_by: str = "refit"
    placebo_strata: Expr | None = None
    placebo_lead: int = 0  # periods by which adoption is moved ahead
    event: tuple[int, int] | None = None  # first and last period around adoption
    control: str = "never"
    anticipation: int = 0  # periods
    quantiles: tuple[float, ...] = (0.25, 0.5, 0.75)
    sensitivity: tuple[str, ...] | None = None  # controls to be benchmarked; None for no analysis
    level: float = 0.95
    seed: int = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term of the controls: factors that are multiplied. `gdp` has one, `finance:fdi` two."""

    factors: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One estimation: a formula and its settings.

    `name` is unique (`algos.lasso`), `family` is the name of its line (`algos`), `variant` what addresses it
    within the fan (`lasso`, `0_5`), `choice` the same as it was written (`lasso`, `0.5%`). `definitions` are
    the lets behind it, as they are written; `line` is the statement that asks for it, in canonical print.
    """

    name: str
    family: str
    variant: str
    choice: str
    outcome: Expr
    treatments: tuple[Expr, ...]
    controls: tuple[Term, ...]
    settings: Settings
    definitions: tuple[tuple[str, str], ...] = ()
    line: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """`gap <- base - rivals.lowcarbon`: the difference of two estimates.

    A side is a model, or an estimate of a model with several: `hetero.openness.high`.
    """

    name: str
    left: str
    right: str
    line: str
    span: Span = field(compare=False, repr=False)
    left_span: Span | None = field(default=None, compare=False, repr=False)
    right_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePanel:
    """Models side by side; `title` is empty in a table without panels."""

    title: str
    members: tuple[str, ...]  # names of models and contrasts, fans spread out


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRequest:
    """A table: of models, or of variables, whose names are then the members of its panels.

    `sample` are the rows that tables of variables describe, None for all.
    """

    name: str
    title: str
    panels: tuple[TablePanel, ...]
    options: tuple[tuple[str, Value], ...] = ()
    sample: Sample | None = None
    span: Span = field(compare=False, repr=False)

    @property
    def kind(self) -> str:
        return str(dict(self.options).get("kind", "estimates"))

    @property
    def style(self) -> str:
        return str(dict(self.options).get("style", "default"))

    @property
    def models(self) -> frozenset[str]:
        """Names of the models and differences that the table shows; none in a table of variables."""
        return frozenset(n for p in self.panels for n in p.members if self.kind == "estimates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """`audit accept A10 base "why"`: findings of a rule that the author answers for.

    `names` are models, fans, tables or columns; empty for all places of the rule.
    """

    code: str
    names: tuple[str, ...]
    reason: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRequest:
    """A figure of `members`, models and differences by name.

    `kind` is what the line asks for, or the one that its models call for.
    """

    name: str
    kind: str
    title: str
    members: tuple[str, ...]
    options: tuple[tuple[str, Value], ...] = ()
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A checked spec: what a plan is made of."""

    source: Source = field(compare=False, repr=False)
    title: str
    data: DataSource
    panel: Panel | None
    labels: tuple[tuple[str, str], ...]  # of the spec; they come before those of the file
    lets: tuple[Let, ...]
    models: tuple[Model, ...]
    contrasts: tuple[Contrast, ...]
    tables: tuple[TableRequest, ...]
    figures: tuple[FigureRequest, ...] = ()
    seed: int = 42
    accepted: tuple[Acceptance, ...] = ()

    def model(self, name: str) -> Model:
        for m in self.models:
            if m.name == name:
                return m
        raise KeyError(name)


__all__ = [
    "Acceptance",
    "Column",
    "Contrast",
    "DataSource",
    "FigureRequest",
    "Learner",
    "Let",
    "Model",
    "Panel",
    "Sample",
    "Schema",
    "Settings",
    "Study",
    "TablePanel",
    "TableRequest",
    "Term",
    "Value",
]
