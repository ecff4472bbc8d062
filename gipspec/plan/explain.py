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
    keys = [k for k in now if before.get(k) != now[k]]
    return [f"{k} changed" if k.startswith("let ") else f"{k} {before.get(k, '?')}→{now[k]}" for k in keys]


def version_changes(before: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...]) -> list[str]:
    """Name the packages whose versions differ; one that only the learners of one side need does not count."""
    old, new = dict(before), dict(now)
    return sorted(k for k in old.keys() & new.keys() if old[k] != new[k])
