"""Versions that numbers depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from gipspec.lang.study import Learner, Model
from gipspec.version import __version__

_ALWAYS = ("numpy", "scipy", "scikit-learn")  # scikit-learn computes with scipy, as weights of stacks do
_LIBRARY = {"xgb": "xgboost", "lgbm": "lightgbm"}
_SEARCH = "optuna"
_RUN = ("numpy", "scipy", "pandas", "scikit-learn", "doubleml", "formulaic")


Versions = tuple[tuple[str, str], ...]
ABSENT = "absent"


@cache
def version_of(package: str) -> str:
    """Return the version of a package here, "absent" where it is not installed."""
    if package == "gipspec":
        return __version__
    try:
        return version(package)
    except PackageNotFoundError:
        return ABSENT


def fit_versions(learner: Learner) -> Versions:
    """Return the versions that a learner's fit depends on."""
    packages = {*_ALWAYS}
    for member in (learner, *learner.members):
        if member.name in _LIBRARY:
            packages.add(_LIBRARY[member.name])
    return (("gipspec", __version__), *((p, version_of(p)) for p in sorted(packages)))


def search_versions(learner: Learner) -> Versions:
    """Return the versions that a search for a learner's parameters depends on."""
    return (*fit_versions(learner), (_SEARCH, version_of(_SEARCH)))


def run_versions(models: Iterable[Model]) -> Versions:
    """Return the versions that the results of models depend on: of libraries of learners, those in use."""
    return tuple((p, version_of(p)) for p in dict.fromkeys(("gipspec", *_RUN, *_learning(models))))


def worker_versions(models: Iterable[Model]) -> Versions:
    """Return the versions that the fits of models depend on, wherever they are done."""
    return tuple((p, version_of(p)) for p in dict.fromkeys(("gipspec", *_ALWAYS, *_learning(models))))


def _learning(models: Iterable[Model]) -> Iterator[str]:
    """Yield the libraries of the learners in use, and that of searches."""
    for settings in (m.settings for m in models):
        learners = (settings.learner_y, settings.learner_d, settings.learner_z, settings.learner_m)
        used = {member.name for learner in learners for member in (learner, *learner.members)}
        yield from (_LIBRARY[name] for name in sorted(used & _LIBRARY.keys()))
        if settings.tune:
            yield _SEARCH
