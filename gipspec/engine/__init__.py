"""Running a plan: tasks with keys, a store, executors, results.

Names are imported on first use: `gipspec log` reads the ledger and nothing else.
"""

from typing import TYPE_CHECKING

from gipspec.lazy import import_on_use

if TYPE_CHECKING:
    from gipspec.engine.demand import Demand as Demand
    from gipspec.engine.demand import Survey as Survey
    from gipspec.engine.demand import survey as survey
    from gipspec.engine.demand import with_demand as with_demand
    from gipspec.engine.describe import describe_tables as describe_tables
    from gipspec.engine.execute import open_executor as open_executor
    from gipspec.engine.executor import Executor as Executor
    from gipspec.engine.history import Comparison as Comparison
    from gipspec.engine.history import Entry as Entry
    from gipspec.engine.history import compare_entries as compare_entries
    from gipspec.engine.history import entries_of as entries_of
    from gipspec.engine.ledger import Run as Run
    from gipspec.engine.ledger import read_runs as read_runs
    from gipspec.engine.progress import Progress as Progress
    from gipspec.engine.progress import Silent as Silent
    from gipspec.engine.record import State as State
    from gipspec.engine.record import Tally as Tally
    from gipspec.engine.record import Tried as Tried
    from gipspec.engine.record import changes_by_run as changes_by_run
    from gipspec.engine.record import record_run as record_run
    from gipspec.engine.record import specifications_tried as specifications_tried
    from gipspec.engine.record import states_of as states_of
    from gipspec.engine.results import Estimate as Estimate
    from gipspec.engine.results import IndexWeights as IndexWeights
    from gipspec.engine.results import JointTest as JointTest
    from gipspec.engine.results import NamedSeries as NamedSeries
    from gipspec.engine.results import Results as Results
    from gipspec.engine.results import TableInference as TableInference
    from gipspec.engine.results import VariableTable as VariableTable
    from gipspec.engine.run import run_plan as run_plan
    from gipspec.engine.store import Store as Store
    from gipspec.engine.tables import TableFamily as TableFamily
    from gipspec.engine.tables import infer_tables as infer_tables
    from gipspec.engine.versions import run_versions as run_versions
    from gipspec.engine.versions import worker_versions as worker_versions
    from gipspec.engine.workers import default_jobs as default_jobs
    from gipspec.recipe import NuisanceFit as NuisanceFit
else:
    __getattr__, __dir__ = import_on_use(
        __name__,
        {
            "gipspec.engine.demand": ("Demand", "Survey", "survey", "with_demand"),
            "gipspec.engine.describe": ("describe_tables",),
            "gipspec.engine.execute": ("open_executor",),
            "gipspec.engine.executor": ("Executor",),
            "gipspec.engine.history": ("Comparison", "Entry", "compare_entries", "entries_of"),
            "gipspec.engine.ledger": ("Run", "read_runs"),
            "gipspec.engine.progress": ("Progress", "Silent"),
            "gipspec.engine.record": (
                "State",
                "Tally",
                "Tried",
                "changes_by_run",
                "record_run",
                "specifications_tried",
                "states_of",
            ),
            "gipspec.engine.results": (
                "Estimate",
                "IndexWeights",
                "JointTest",
                "NamedSeries",
                "Results",
                "TableInference",
                "VariableTable",
            ),
            "gipspec.engine.run": ("run_plan",),
            "gipspec.engine.store": ("Store",),
            "gipspec.engine.tables": ("TableFamily", "infer_tables"),
            "gipspec.engine.versions": ("run_versions", "worker_versions"),
            "gipspec.engine.workers": ("default_jobs",),
            "gipspec.recipe": ("NuisanceFit",),
        },
    )
