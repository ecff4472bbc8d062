"""Running a plan: tasks with keys, a store, executors, results."""

from gipspec.engine.describe import describe_tables
from gipspec.engine.execute import open_executor
from gipspec.engine.executor import Executor
from gipspec.engine.history import Comparison, Entry, compare_entries, entries_of
from gipspec.engine.ledger import Run, read_runs
from gipspec.engine.progress import Progress, Silent
from gipspec.engine.record import (
    State,
    Tally,
    Tried,
    changes_by_run,
    record_run,
    specifications_tried,
    states_of,
)
from gipspec.engine.results import (
    Estimate,
    IndexWeights,
    JointTest,
    NamedSeries,
    Results,
    TableInference,
    VariableTable,
)
from gipspec.engine.run import run_plan
from gipspec.engine.store import Store
from gipspec.engine.survey import Demand, Survey, survey
from gipspec.engine.tables import TableFamily, infer_tables
from gipspec.engine.versions import run_versions, worker_versions
from gipspec.engine.workers import default_jobs
from gipspec.recipe import NuisanceFit

__all__ = [
    "Comparison",
    "Demand",
    "Entry",
    "Estimate",
    "Executor",
    "IndexWeights",
    "JointTest",
    "NamedSeries",
    "NuisanceFit",
    "Progress",
    "Results",
    "Run",
    "Silent",
    "State",
    "Store",
    "Survey",
    "TableFamily",
    "TableInference",
    "Tally",
    "Tried",
    "VariableTable",
    "changes_by_run",
    "compare_entries",
    "default_jobs",
    "describe_tables",
    "entries_of",
    "infer_tables",
    "open_executor",
    "read_runs",
    "record_run",
    "run_plan",
    "run_versions",
    "specifications_tried",
    "states_of",
    "survey",
    "worker_versions",
]
