"""A simulated Green-Industrial-Park panel whose every true value is known; `specs/gip.gip` reads it."""

from gipspec.simulate.document import truth_table
from gipspec.simulate.dta import write_dta
from gipspec.simulate.index import entropy_scale, entropy_weights
from gipspec.simulate.panel import Simulation, gip_panel
from gipspec.simulate.truth import TrueValue, Truth

__all__ = [
    "Simulation",
    "TrueValue",
    "Truth",
    "entropy_scale",
    "entropy_weights",
    "gip_panel",
    "truth_table",
    "write_dta",
]
