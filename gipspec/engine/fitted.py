"""The cross-fits of one repetition as a recipe reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from gipspec.diagnostics import GipError
from gipspec.engine.execute import Failure
from gipspec.engine.store import Outcome
from gipspec.learn import CrossFit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted(Sequence[CrossFit]):
    """The outcomes of a model's fits, in the order of its nuisances.

    Reading one that failed raises its problems, so that the part of a model that needs it fails, and a part
    that does not, such as another group, goes on.
    """

    outcomes: tuple[Outcome | Failure, ...]

    def __len__(self) -> int:
        return len(self.outcomes)

    @overload
    def __getitem__(self, at: int) -> CrossFit: ...
    @overload
    def __getitem__(self, at: slice) -> Fitted: ...
    def __getitem__(self, at: int | slice) -> CrossFit | Fitted:
        if isinstance(at, slice):
            return Fitted(outcomes=self.outcomes[at])
        outcome = self.outcomes[at]
        if isinstance(outcome, tuple):
            raise GipError(*outcome)
        if not isinstance(outcome, CrossFit):
            raise TypeError("a nuisance yields a cross-fit")
        return outcome
