"""True values, each with a name and a meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueValue:
    name: str
    value: float
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Every true value of a simulation, looked up by name: `truth["openness.difference"]`.

    Names follow those of estimates in `results.json`. All are in units of the latent resilience unless the
    meaning says otherwise.
    """

    values: tuple[TrueValue, ...]

    def __getitem__(self, name: str) -> float:
        return self.as_dict()[name]

    def __iter__(self) -> Iterator[TrueValue]:
        return iter(self.values)

    def as_dict(self) -> Mapping[str, float]:
        return {v.name: v.value for v in self.values}
