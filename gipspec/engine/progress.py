"""What a run tells while it works."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told by the engine; the command line draws it. Numbers count tasks."""

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        """A stage begins: tasks that models ask for, those that differ, those found in the store."""

    def done(self, estimate: str, target: str) -> None:
        """One task is finished."""

    def end(self) -> None:
        """The stage is over."""


class Silent:
    """Tells nothing."""

    def begin(self, *, asked: int, distinct: int, found: int) -> None:
        pass

    def done(self, estimate: str, target: str) -> None:
        pass

    def end(self) -> None:
        pass
