"""First studies: what looks like unit, time, treatment, outcome and controls in data that nobody described.

Guesses from shape and name, never from what an estimate would be. Names are imported on first use, like those
of `gipspec.data`.
"""

from typing import TYPE_CHECKING

from gipspec.lazy import import_on_use

if TYPE_CHECKING:
    from gipspec.propose.given import check_column as check_column
    from gipspec.propose.profile import Sight as Sight
    from gipspec.propose.profile import look as look
    from gipspec.propose.proposal import Choice as Choice
    from gipspec.propose.proposal import Given as Given
    from gipspec.propose.proposal import Proposal as Proposal
    from gipspec.propose.proposal import propose as propose
    from gipspec.propose.shape import numbers_in_text as numbers_in_text
    from gipspec.propose.shape import waves as waves
    from gipspec.propose.write import write_spec as write_spec
else:
    __getattr__, __dir__ = import_on_use(
        __name__,
        {
            "gipspec.propose.given": ("check_column",),
            "gipspec.propose.profile": ("Sight", "look"),
            "gipspec.propose.proposal": ("Choice", "Given", "Proposal", "propose"),
            "gipspec.propose.shape": ("numbers_in_text", "waves"),
            "gipspec.propose.write": ("write_spec",),
        },
    )
