"""First studies: what looks like unit, time, treatment, outcome and controls in data that nobody described.

Guesses from shape and name, never from what an estimate would be. Names are imported on first use, like those
of `gipspec.data`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gipspec.propose.given import check_column as check_column
    from gipspec.propose.profile import Sight as Sight
    from gipspec.propose.profile import look as look
    from gipspec.propose.proposal import Choice as Choice
    from gipspec.propose.proposal import Given as Given
    from gipspec.propose.proposal import Proposal as Proposal
    from gipspec.propose.proposal import propose as propose
    from gipspec.propose.write import write_spec as write_spec

_MODULES = {
    "Choice": "proposal",
    "Given": "proposal",
    "Proposal": "proposal",
    "Sight": "profile",
    "check_column": "given",
    "look": "profile",
    "propose": "proposal",
    "write_spec": "write",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
