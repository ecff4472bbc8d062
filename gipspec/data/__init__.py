"""Files to data sets: readers, derived columns, feature matrices, panel transforms.

Names are imported on first use: `gipspec check` reads the header of a file and nothing else, and has no
time to import pandas.
"""

from typing import TYPE_CHECKING

from gipspec.lazy import import_on_use

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
else:
    __getattr__, __dir__ = import_on_use(
        __name__,
        {
            "gipspec.data.build": ("build_dataset",),
            "gipspec.data.dataset": ("Dataset", "Index"),
            "gipspec.data.design": ("Design", "covariate_design", "panel_design"),
            "gipspec.data.expressions": ("evaluate", "evaluate_condition"),
            "gipspec.data.groups_by": (
                "Grouping",
                "group_by_category",
                "group_by_median",
                "group_by_quantile",
                "group_rows",
                "without_variation",
            ),
            "gipspec.data.model": ("ModelData", "model_data"),
            "gipspec.data.schema": ("read_schema",),
            "gipspec.data.table": ("Table", "read_table"),
        },
    )
