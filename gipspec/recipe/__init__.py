"""What each model needs and makes: nuisances to be learned, and estimates from their cross-fits.

A recipe turns a `Model` and a data set into `Work`: arrays, the nuisances over them, and the function that
turns cross-fits into `Found` estimates. Recipes know data, learners and scores; they know neither the store
nor the scheduler.
"""

from gipspec.recipe.found import Found, Made, NuisanceFit, Series
from gipspec.recipe.prepare import prepare_model
from gipspec.recipe.rollout import rollouts
from gipspec.recipe.work import Localized, Nested, Nuisance, Work, join

__all__ = [
    "Found",
    "Localized",
    "Made",
    "Nested",
    "Nuisance",
    "NuisanceFit",
    "Series",
    "Work",
    "join",
    "prepare_model",
    "rollouts",
]
