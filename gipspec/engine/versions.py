"""Versions that numbers depend on."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from gipspec.lang.study import Learner
from gipspec.version import __version__

_ALWAYS = ("numpy", "scikit-learn")
_LIBRARY = {"xgb": "xgboost", "lgbm": "lightgbm"}
_RUN = ("numpy", "scipy", "pandas", "scikit-learn", "doubleml", "formulaic")


@cache
def _of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def fit_versions(learner: Learner) -> tuple[tuple[str, str], ...]:
    """Return the versions that a learner's fit depends on."""
    packages = {*_ALWAYS}
    for member in (learner, *learner.members):
        if member.name in _LIBRARY:
            packages.add(_LIBRARY[member.name])
    return (("gipspec", __version__), *((p, _of(p)) for p in sorted(packages)))


def run_versions() -> tuple[tuple[str, str], ...]:
    """Return the versions that the results of a run depend on."""
    return (("gipspec", __version__), *((p, _of(p)) for p in _RUN))
