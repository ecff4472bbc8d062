"""A plan that explains itself: what would run, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gipspec.plan.build import describe_settings
from gipspec.plan.steps import EstimateStep, Plan

Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What the last run left: the settings of its estimates by model, and what they were computed from."""

    settings: Mapping[str, Settings]
    data_hash: str
    versions: tuple[tuple[str, str], ...]  # sorted by package
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`RUN base: folds 5→10` or `SKIP quad: up to date`."""

    name: str
    run: bool
    reason: str

    def __str__(self) -> str:
        return f"{'RUN ' if self.run else 'SKIP'} {self.name}: {self.reason}"


def explain_plan(
    plan: Plan, earlier: Earlier | None, data_hash: str, versions: tuple[tuple[str, str], ...]
) -> tuple[Verdict, ...]:
    """Say for each estimate whether the last run's results still hold, and what changed where they do not."""
    return tuple(_verdict(step, earlier, data_hash, versions) for step in plan.estimates)


def _verdict(
    step: EstimateStep, earlier: Earlier | None, data_hash: str, versions: tuple[tuple[str, str], ...]
) -> Verdict:
    name = step.model.name
    reason = ""
    if earlier is None or name not in earlier.settings:
        reason = "new"
    elif changed := setting_changes(earlier.settings[name], describe_settings(step.model)):
        reason = ", ".join(changed)
    elif earlier.data_hash != data_hash:
        reason = "the data changed"
    elif moved := version_changes(earlier.versions, versions):
        reason = "other versions of " + ", ".join(moved)
    return Verdict(name=name, run=bool(reason), reason=reason or "up to date")


def setting_changes(before: Settings, now: Settings) -> list[str]:
    """Say what differs between the settings of two estimates: `folds 5→10`, `let index changed`."""
    pairs = {key: (before.get(key, "?"), now[key]) for key in now if before.get(key) != now[key]}
    learners = [key for key in now if key.startswith("learner_")]
    if len(learners) > 1 and len({pairs.get(key) for key in learners}) == 1 and learners[0] in pairs:
        one = {"learner" if key == learners[0] else key: pair for key, pair in pairs.items()}
        pairs = {key: pair for key, pair in one.items() if key not in learners}
    return [f"{key} changed" if key.startswith("let ") else _change(key, *pairs[key]) for key in pairs]


def _change(key: str, old: str, new: str) -> str:
    """Parameters are told only where a learner differs from another one of the same name."""
    if key.startswith("learner") and old.partition("(")[0] != new.partition("(")[0]:
        old, new = old.partition("(")[0], new.partition("(")[0]
    return f"{key} {old}→{new}"


def version_changes(before: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...]) -> list[str]:
    """Name the packages whose versions differ; one that only the learners of one side need does not count."""
    old, new = dict(before), dict(now)
    return sorted(k for k in old.keys() & new.keys() if old[k] != new[k])
