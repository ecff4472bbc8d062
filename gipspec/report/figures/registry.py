"""From the kind of a figure to the function that makes it: one registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.report.figures.figure import Figure
from gipspec.report.figures.finish import finished
from gipspec.report.figures.kinds.balance import balance_figure
from gipspec.report.figures.kinds.calibration import calibration_figure
from gipspec.report.figures.kinds.coefficients import coefficients_figure
from gipspec.report.figures.kinds.curve import curve_figure
from gipspec.report.figures.kinds.event import event_figure
from gipspec.report.figures.kinds.fit import fit_figure
from gipspec.report.figures.kinds.groups import groups_figure
from gipspec.report.figures.kinds.marginal import marginal_figure
from gipspec.report.figures.kinds.overlap import overlap_figure
from gipspec.report.figures.kinds.placebo import placebo_figure
from gipspec.report.figures.kinds.quantiles import quantiles_figure
from gipspec.report.figures.kinds.rollout import rollout_figure
from gipspec.report.figures.kinds.sensitivity import sensitivity_figure
from gipspec.report.figures.kinds.tree import tree_figure

Builder = Callable[[FigureRequest, Results, Study], Figure]

BUILDERS: dict[str, Builder] = {
    "event": event_figure,
    "placebo": placebo_figure,
    "sensitivity": sensitivity_figure,
    "marginal": marginal_figure,
    "groups": groups_figure,
    "quantiles": quantiles_figure,
    "curve": curve_figure,
    "coefficients": coefficients_figure,
    "overlap": overlap_figure,
    "balance": balance_figure,
    "calibration": calibration_figure,
    "rollout": rollout_figure,
    "fit": fit_figure,
    "tree": tree_figure,
}


def build_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Return the figure that `request` asks for, with the options that are the same for every kind.

    Raises GipError: G503 where none of its models has results, G541 for more of them than a figure can hold.
    """
    figure = BUILDERS[request.kind](request, results, study)
    return finished(replace(figure, draft=results.draft), request)
