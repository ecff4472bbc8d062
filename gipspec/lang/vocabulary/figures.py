"""The registry of figures: their kinds and the options of a `figure` statement."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.lang.vocabulary.kinds import Kind, Pairs, Real, Word, Words, YesNo
from gipspec.lang.vocabulary.options import ExhibitOption


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureKind:
    """A kind of figure: what it shows, and the models that it needs, as a message would say it."""

    name: str
    meaning: str
    needs: str
    remedy: str
    example: str


def _kind(name: str, meaning: str, needs: str, remedy: str, example: str) -> FigureKind:
    return FigureKind(name=name, meaning=meaning, needs=needs, remedy=remedy, example=example)


_KINDS = (
    _kind("event", "effects by time since adoption, with intervals and a joint band", "models with `event=` or `model=did`", "give the model `event=-5..5`", 'figure dynamics "Dynamic effects": event'),
    _kind("placebo", "the distribution of the estimates of a placebo, with their p-values and the true one", "models with `placebo=`", "give the model `placebo=500`", 'figure fakes "Placebo": fake'),
    _kind("sensitivity", "how strong an unobserved confounder would have to be, beside observed controls", "models with `sensitivity=`", "give the model `sensitivity=lngdp`", 'figure strength "Sensitivity": sens'),
    _kind("marginal", "the effect along a continuous moderator, with a band", "models of `d * w`, or with `het=` of a continuous column", "write the treatment as `d * w`", 'figure along "The effect by computing power": both'),
    _kind("groups", "the effect in each group of a moderator", "models with `het=`", "give the model `het=region`", 'figure who "Heterogeneity": hetero'),
    _kind("quantiles", "effects along the distribution of the outcome, with a joint band", "models with `model=qte`", "give the model `model=qte`", 'figure spread "Effects by quantile": spread'),
    _kind("curve", "every estimate of many specifications, sorted, and the choices behind each", "models with one effect", "name models of one effect each", 'figure curve "All specifications": all; kind=curve'),
    _kind("coefficients", "estimates with their intervals, a line each", "models", "name models", 'figure columns "Robustness": base, algos; kind=coefficients'),
    _kind("overlap", "the propensity in each arm with its bounds, or what the controls leave of the treatment", "models that weigh rows themselves: no placebo, no `het_by=pooled`", "name the model without it", 'figure overlap "Overlap": inter; kind=overlap'),
    _kind("balance", "differences of the controls between arms, as they are and as the estimate weighs rows", "models that weigh rows themselves: no instruments in a linear model, no placebo, no `het_by=pooled`", "name the model without it", 'figure balance "Balance": base, inter; kind=balance'),
    _kind("calibration", "whether rows with a propensity of so much are treated so often", "models with a propensity", "give the model `model=irm`", 'figure calibration "Propensities": inter; kind=calibration'),
    _kind("fit", "how well each nuisance predicts rows that it was not learned from", "models", "name models", 'figure fit "Nuisances": algos; kind=fit'),
    _kind("rollout", "the roll-out of the treatment: units treated by period, and each unit's path", "models", "name models", 'figure adoption "Roll-out": base; kind=rollout'),
    _kind("tree", "the policy tree: who is treated, with what gain", "models with `het=policytree(...)`", "give the model `het=policytree(x, w)`", 'figure who "Who gains most": who; kind=tree'),
)  # fmt: skip

FIGURE_KINDS = {entry.name: entry for entry in _KINDS}


def _option(name: str, kind: Kind, default: str, meaning: str) -> ExhibitOption:
    return ExhibitOption(name=name, kind=kind, default=default, meaning=meaning)


_OPTIONS = (
    _option("kind", Word(words=tuple(FIGURE_KINDS)), "by the models", "what the figure shows; `gipspec explain figures` lists what each kind needs"),
    _option("title", YesNo(), "no", "the title inside the figure; otherwise the paper's caption has it"),
    _option("width", Word(words=("column", "page")), "by kind", "3.25 inches, or 6.5"),
    _option("height", Real(low=1, high=9), "by kind", "inches"),
    _option("font", Word(words=("serif", "sans")), "serif", "letters as in Times, or without serifs"),
    _option("xlabel", Words(), "by kind", "what stands at the horizontal axis, in quotes"),
    _option("ylabel", Words(), "by kind", "what stands at the vertical axis, in quotes"),
    _option("scale", Real(low=1e-9, high=1e9), "1", "a factor for estimates and their intervals"),
    _option("band", YesNo(), "yes", "the joint band of `event`, `quantiles` and `marginal`"),
    _option("order", Word(words=("estimate", "listed")), "by kind", "the order of `coefficients`, `curve` and `groups`: by estimate, or as in the spec"),
    _option("keep", Words(), "", "terms to show in `coefficients` and `curve` (`*` and `?` match)"),
    _option("names", Pairs(), "", "what models and fans are called in this figure"),
)  # fmt: skip

FIGURE_OPTIONS = {entry.name: entry for entry in _OPTIONS}
