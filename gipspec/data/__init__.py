"""Files to data sets: readers, derived columns, feature matrices, panel transforms.

Names are imported on first use: `gipspec check` reads the header of a file and nothing else, and has no
time to import pandas.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gipspec.data.build import build_dataset as build_dataset
    from gipspec.data.dataset import Dataset as Dataset
    from gipspec.data.dataset import Index as Index
    from gipspec.data.design import Design as Design
    from gipspec.data.design import covariate_design as covariate_design
    from gipspec.data.design import panel_design as panel_design
    from gipspec.data.expressions import evaluate as evaluate
    from gipspec.data.expressions import evaluate_condition as evaluate_condition
    from gipspec.data.groups_by import Grouping as Grouping
    from gipspec.data.groups_by import group_by_category as group_by_category
    from gipspec.data.groups_by import group_by_median as group_by_median
    from gipspec.data.groups_by import group_by_quantile as group_by_quantile
    from gipspec.data.groups_by import group_rows as group_rows
    from gipspec.data.groups_by import without_variation as without_variation
    from gipspec.data.model import ModelData as ModelData
    from gipspec.data.model import model_data as model_data
    from gipspec.data.schema import read_schema as read_schema
    from gipspec.data.table import Table as Table
    from gipspec.data.table import read_table as read_table

_MODULES = {
    "Dataset": "dataset",
    "Design": "design",
    "Grouping": "groups_by",
    "Index": "dataset",
    "ModelData": "model",
    "Table": "table",
    "build_dataset": "build",
    "covariate_design": "design",
    "evaluate": "expressions",
    "evaluate_condition": "expressions",
    "group_by_category": "groups_by",
    "group_by_median": "groups_by",
    "group_by_quantile": "groups_by",
    "group_rows": "groups_by",
    "model_data": "model",
    "panel_design": "design",
    "read_schema": "schema",
    "read_table": "table",
    "without_variation": "groups_by",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
