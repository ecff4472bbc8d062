"""Running a plan: tasks with keys, a store, executors, results."""

from gipspec.engine.execute import default_jobs
from gipspec.engine.progress import Progress, Silent
from gipspec.engine.results import Estimate, IndexWeights, NamedSeries, Results
from gipspec.engine.run import run_plan
from gipspec.engine.store import Store
from gipspec.engine.survey import Demand, Survey, survey
from gipspec.engine.versions import run_versions
from gipspec.recipe import NuisanceFit

__all__ = [
    "Demand",
    "Estimate",
    "IndexWeights",
    "NamedSeries",
    "NuisanceFit",
    "Progress",
    "Results",
    "Silent",
    "Store",
    "Survey",
    "default_jobs",
    "run_plan",
    "run_versions",
    "survey",
]
