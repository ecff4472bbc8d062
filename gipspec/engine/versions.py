"""Versions that numbers depend on."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from gipspec.lang.study import Learner, Model
from gipspec.version import __version__

_ALWAYS = ("numpy", "scikit-learn")
_LIBRARY = {"xgb": "xgboost", "lgbm": "lightgbm"}
_SEARCH = "optuna"
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


def search_versions(learner: Learner) -> tuple[tuple[str, str], ...]:
    """Return the versions that a search for a learner's parameters depends on."""
    return (*fit_versions(learner), (_SEARCH, _of(_SEARCH)))


def run_versions(models: Iterable[Model]) -> tuple[tuple[str, str], ...]:
    """Return the versions that the results of models depend on: of libraries of learners, those in use."""
    packages = [*_RUN]
    for settings in (m.settings for m in models):
        learners = (settings.learner_y, settings.learner_d, settings.learner_z, settings.learner_m)
        used = {member.name for learner in learners for member in (learner, *learner.members)}
        packages += [_LIBRARY[name] for name in sorted(used & _LIBRARY.keys())]
        packages += [_SEARCH] if settings.tune else []
    return (("gipspec", __version__), *((p, _of(p)) for p in dict.fromkeys(packages)))
