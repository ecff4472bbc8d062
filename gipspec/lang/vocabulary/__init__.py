"""The vocabulary: one registry of options, learners, functions and statements.

The checker, the reference, completion and `gipspec explain` all read it (docs/language.md).
"""

from gipspec.lang.vocabulary.figures import FIGURE_KINDS, FIGURE_OPTIONS, FigureKind
from gipspec.lang.vocabulary.functions import FUNCTIONS, FunctionEntry
from gipspec.lang.vocabulary.kinds import Kind, describe
from gipspec.lang.vocabulary.learners import LEARNERS, LearnerEntry, Parameter, Search
from gipspec.lang.vocabulary.options import (
    DATA_OPTIONS,
    DEFINITIONS,
    DESCRIPTIVES,
    MODELS,
    OPTIONS,
    STAR_LEVELS,
    TABLE_FORMATS,
    TABLE_KINDS,
    TABLE_OPTIONS,
    TABLE_ROWS,
    TABLE_STYLES,
    ExhibitOption,
    OptionEntry,
)

__all__ = [
    "DATA_OPTIONS",
    "DEFINITIONS",
    "DESCRIPTIVES",
    "FIGURE_KINDS",
    "FIGURE_OPTIONS",
    "FUNCTIONS",
    "LEARNERS",
    "MODELS",
    "OPTIONS",
    "STAR_LEVELS",
    "TABLE_FORMATS",
    "TABLE_KINDS",
    "TABLE_OPTIONS",
    "TABLE_ROWS",
    "TABLE_STYLES",
    "ExhibitOption",
    "FigureKind",
    "FunctionEntry",
    "Kind",
    "LearnerEntry",
    "OptionEntry",
    "Parameter",
    "Search",
    "describe",
]
