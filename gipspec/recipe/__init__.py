"""What each model needs and makes: nuisances to be learned, and estimates from their cross-fits.

A recipe turns a `Model` and a data set into `Work`: arrays, the nuisances over them, and the function that
turns cross-fits into `Found` estimates. Recipes know data, learners and scores; they know neither the store
nor the scheduler.

Names are imported on first use: what an earlier run has made needs no recipe.
"""

from typing import TYPE_CHECKING

from gipspec.lazy import import_on_use

if TYPE_CHECKING:
    from gipspec.recipe.found import Found as Found
    from gipspec.recipe.found import Made as Made
    from gipspec.recipe.found import NuisanceFit as NuisanceFit
    from gipspec.recipe.found import Series as Series
    from gipspec.recipe.prepare import prepare_model as prepare_model
    from gipspec.recipe.rollout import rollouts as rollouts
    from gipspec.recipe.work import Localized as Localized
    from gipspec.recipe.work import Nested as Nested
    from gipspec.recipe.work import Nuisance as Nuisance
    from gipspec.recipe.work import Work as Work
    from gipspec.recipe.work import join as join
else:
    __getattr__, __dir__ = import_on_use(
        __name__,
        {
            "gipspec.recipe.found": ("Found", "Made", "NuisanceFit", "Series"),
            "gipspec.recipe.prepare": ("prepare_model",),
            "gipspec.recipe.rollout": ("rollouts",),
            "gipspec.recipe.work": ("Localized", "Nested", "Nuisance", "Work", "join"),
        },
    )
