"""From a model to its work: the tables of recipes."""

from __future__ import annotations

from collections.abc import Callable

from gipspec.data import Dataset
from gipspec.lang.study import Model, Panel, Settings
from gipspec.recipe.apo import prepare_apo
from gipspec.recipe.did import prepare_did
from gipspec.recipe.groups import prepare_heterogeneity
from gipspec.recipe.iivm import prepare_iivm
from gipspec.recipe.irm import prepare_irm
from gipspec.recipe.mediation import prepare_mediation
from gipspec.recipe.mediation_linear import prepare_mediation_linear
from gipspec.recipe.placebo import prepare_placebo
from gipspec.recipe.placebo_time import prepare_placebo_lead
from gipspec.recipe.pliv import prepare_pliv
from gipspec.recipe.plr import prepare_plr
from gipspec.recipe.qte import prepare_qte
from gipspec.recipe.sensitivity import prepare_sensitivity
from gipspec.recipe.work import Flags, Work

Recipe = Callable[[Model, Dataset, Panel | None, Flags | None], Work]

RECIPES: dict[str, Recipe] = {
    "plr": prepare_plr,
    "irm": prepare_irm,
    "pliv": prepare_pliv,
    "iivm": prepare_iivm,
    "did": prepare_did,
    "qte": prepare_qte,
    "apo": prepare_apo,
}
MECHANISMS: dict[str, Recipe] = {  # with `via=`
    "plr": prepare_mediation_linear,
    "irm": prepare_mediation,
}


def prepare_model(model: Model, dataset: Dataset, panel: Panel | None, only: Flags | None = None) -> Work:
    """Build the arrays of a model and say which nuisances it needs. `only` flags rows of the data set.

    Raises GipError with what is wrong with the data.
    """
    recipe = _recipe(model.settings)
    if model.settings.het is not None:
        return prepare_heterogeneity(recipe, model, dataset, panel, only)
    return recipe(model, dataset, panel, only)


def _recipe(settings: Settings) -> Recipe:
    if settings.via:
        return MECHANISMS[settings.model]
    if settings.placebo:
        return prepare_placebo
    if settings.placebo_lead:
        return prepare_placebo_lead
    if settings.sensitivity is not None:
        return prepare_sensitivity
    return RECIPES[settings.model]
