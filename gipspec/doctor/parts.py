"""The parts of gipspec that are no Python: grammar, templates, examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gipspec.doctor.check import BROKEN, OK, Check
from gipspec.propose.examples import EXAMPLES, example_files

_PACKAGE = Path(__file__).parent.parent


def parts() -> Iterator[Check]:
    """Look whether the installation is whole."""
    for name, wanted in (("grammar", "gipspec.lark"), ("templates", "latex/head.tex")):
        folders = (_PACKAGE / name, _PACKAGE.parent / name)
        found = next((f for f in folders if (f / wanted).is_file()), None)
        yield _part(name, "there" if found else f"{wanted} is missing", found is not None)
    missing = [f.name for name in EXAMPLES for f in example_files(name) if not f.is_file()]
    yield _part("examples", f"missing: {', '.join(missing)}" if missing else ", ".join(EXAMPLES), not missing)


def _part(name: str, found: str, good: bool) -> Check:
    remedy = "" if good else "install gipspec anew"
    return Check(group="installation", name=name, state=OK if good else BROKEN, found=found, remedy=remedy)
