"""The vocabulary: one registry of options, learners, functions and statements.

The checker, the reference, completion and `gipspec explain` all read it (DESIGN section 3).
"""

from gipspec.lang.vocabulary.functions import FUNCTIONS, FunctionEntry
from gipspec.lang.vocabulary.kinds import Kind, describe
from gipspec.lang.vocabulary.learners import LEARNERS, LearnerEntry, Parameter, Search
from gipspec.lang.vocabulary.options import (
    DATA_OPTIONS,
    FIGURE_OPTIONS,
    MODELS,
    OPTIONS,
    TABLE_FORMATS,
    TABLE_OPTIONS,
    ExhibitOption,
    OptionEntry,
)

__all__ = [
    "DATA_OPTIONS",
    "FIGURE_OPTIONS",
    "FUNCTIONS",
    "LEARNERS",
    "MODELS",
    "OPTIONS",
    "TABLE_FORMATS",
    "TABLE_OPTIONS",
    "ExhibitOption",
    "FunctionEntry",
    "Kind",
    "LearnerEntry",
    "OptionEntry",
    "Parameter",
    "Search",
    "describe",
]
