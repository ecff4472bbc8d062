"""`gipspec.lock`: what the outputs of a run were made of, and what they were."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.engine.results import Results
from gipspec.engine.versions import version_of
from gipspec.source import Source, Span

NAME = "gipspec.lock"
RESULTS = "results.json"
UNKNOWN = "unknown"
FORMAT = 1
DRAWS = "matplotlib"
_SHOWN = 12  # characters of a hash that a message shows
_REMEDY = "or run without `--locked`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Versions, data, seeds and spec of a run, and its outputs; every hash is a SHA-256.

    `spec` holds the file and what it includes, hashed as UTF-8 with `\\n` at the ends of lines; `outputs` are
    the files that the run wrote, below the folder. `part` marks that of a run of a part of the study, whose
    `results.json` has the messages of that part alone. `source` is the text that a lock was read from.
    """

    study: str
    python: str
    versions: tuple[tuple[str, str], ...]
    data_name: str
    data_hash: str
    seeds: tuple[int, ...]
    draft: bool
    spec: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    part: bool = False
    source: Source | None = None


def make_lock(
    results: Results, sources: Iterable[Source], outputs: Mapping[str, str], *, part: bool = False
) -> Lock:
    """Return the lock of a run, or of one of a `part` of its study; `outputs` maps files to hashes."""
    seeds = {int(value) for e in results for name, value in e.settings if name == "seed"}
    return Lock(
        study=results.study,
        python=platform.python_version(),
        versions=tuple(sorted({**dict(results.versions), **_drawing(outputs)}.items())),
        data_name=results.data_name,
        data_hash=results.data_hash,
        seeds=tuple(sorted(seeds)),
        draft=results.draft,
        spec=_hashed(sources),
        outputs=tuple(sorted(outputs.items())),
        part=part,
    )


def with_rest(out: Path, made: Lock) -> Lock:
    """Return the lock of a part, with the outputs that it did not write as the lock before has them.

    They stay where that is of the same data and versions.
    """
    try:
        before = read_lock(out)
    except GipError:
        return made
    if (before.data_hash, before.draft) != (made.data_hash, made.draft):
        return made
    here = dict(made.versions)
    if any(here.get(package, version) != version for package, version in before.versions):
        return made
    outputs = {**dict(before.outputs), **dict(made.outputs)}
    versions = {**dict(before.versions), **here}
    return replace(made, outputs=tuple(sorted(outputs.items())), versions=tuple(sorted(versions.items())))


def _hashed(sources: Iterable[Source]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((s.name, sha256(s.text.encode("utf-8"))) for s in sources))


def _drawing(files: Iterable[str]) -> dict[str, str]:
    """Return the version of what draws figures, where there are any; numbers do not depend on it."""
    drawn = any(name.startswith("figures/") for name in files)
    return {DRAWS: version_of(DRAWS)} if drawn else {}


def relock(out: Path, made: Lock) -> Lock:
    """Return the lock of a folder with the spec and the outputs of `made`.

    Outputs that `made` does not name stay as they were. Without a lock that can be read it is `made`, which
    does not know the Python of the run.
    """
    try:
        before = read_lock(out)
    except GipError:
        return replace(made, python=UNKNOWN)
    outputs = {**dict(before.outputs), **dict(made.outputs)}
    versions = tuple(sorted({**dict(before.versions), **_drawing(dict(made.outputs))}.items()))
    return replace(
        before, versions=versions, spec=made.spec, outputs=tuple(sorted(outputs.items())), source=None
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def lock_text(lock: Lock) -> str:
    """Return a lock as JSON: the same run gives the same bytes."""
    document = {
        "format": FORMAT,
        "study": lock.study,
        "draft": lock.draft,
        **({"part": True} if lock.part else {}),
        "spec": [{"name": name, "sha256": digest} for name, digest in lock.spec],
        "data": {"name": lock.data_name, "sha256": lock.data_hash},
        "seeds": list(lock.seeds),
        "python": lock.python,
        "versions": dict(lock.versions),
        "outputs": dict(lock.outputs),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read_lock(out: Path) -> Lock:
    """Read the lock of a folder of outputs. Raises GipError (G511) where there is none that can be read."""
    path = out / NAME
    try:
        text = path.read_text(encoding="utf-8")
        return _lock(json.loads(text), Source.of(NAME, text))
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        reason = "it is not a lock of this version"
    raise GipError(problem("G511", path=path, reason=reason))


def _lock(d: Mapping[str, Any], source: Source) -> Lock:
    if d["format"] != FORMAT:
        raise ValueError("another format")
    return Lock(
        study=d["study"],
        python=d["python"],
        versions=tuple(d["versions"].items()),
        data_name=d["data"]["name"],
        data_hash=d["data"]["sha256"],
        seeds=tuple(d["seeds"]),
        draft=d["draft"],
        spec=tuple((s["name"], s["sha256"]) for s in d["spec"]),
        outputs=tuple(d["outputs"].items()),
        part=bool(d.get("part", False)),
        source=source,
    )


def changed_inputs(
    lock: Lock,
    sources: Iterable[Source],
    data_hash: str,
    versions: Iterable[tuple[str, str]],
    data_span: Span | None,
) -> tuple[Problem, ...]:
    """Return a problem (G512) for each file of the spec, the data and each version that is another one.

    Of Python only the first two numbers count; a package that the lock does not name is none of its business.
    """
    now = {**dict(versions), DRAWS: version_of(DRAWS), "python": platform.python_version()}
    found = _changed_spec(lock, sources)
    if data_hash != lock.data_hash:
        found.append(
            problem(
                "G512",
                data_span,
                what=f"the data `{lock.data_name}`",
                locked=lock.data_hash[:_SHOWN],
                found=data_hash[:_SHOWN],
                remedy=f"bring back the data of the lock, {_REMEDY}",
            )
        )
    for package, locked in (("python", lock.python), *lock.versions):
        here = now.get(package, locked) if locked != UNKNOWN else UNKNOWN
        if _release(package, here) != _release(package, locked):
            found.append(
                problem(
                    "G512",
                    _place(lock, package, locked),
                    what=package,
                    locked=locked,
                    found=here,
                    remedy=f"install {package} {locked}, {_REMEDY}",
                )
            )
    return tuple(found)


def _changed_spec(lock: Lock, sources: Iterable[Source]) -> list[Problem]:
    locked, here = dict(lock.spec), dict(_hashed(sources))
    return [
        problem(
            "G512",
            what=f"the spec `{name}`",
            locked=locked[name][:_SHOWN] if name in locked else "no such file",
            found=here[name][:_SHOWN] if name in here else "no such file",
            remedy=f"bring back the spec of the lock, {_REMEDY}, which locks it anew",
        )
        for name in sorted(locked.keys() | here.keys())
        if locked.get(name) != here.get(name)
    ]


def _release(package: str, version: str) -> str:
    return ".".join(version.split(".")[:2]) if package == "python" else version


def _place(lock: Lock, package: str, locked: str) -> Span | None:
    if lock.source is None:
        return None
    entry = f'"{package}": "{locked}"'
    start = lock.source.text.find(entry)
    return None if start < 0 else Span(source=lock.source, start=start, end=start + len(entry))


def changed_outputs(lock: Lock, now: Lock) -> tuple[Problem, ...]:
    """Return a warning (G612) where files that both runs wrote differ.

    Where one was of a part of the study, the messages in `results.json` differ of themselves.
    """
    before, after = dict(lock.outputs), dict(now.outputs)
    both = before.keys() & after.keys() - ({RESULTS} if lock.part or now.part else set())
    files = sorted(name for name in both if before[name] != after[name])
    if not files:
        return ()
    remedy = "the last digits of numbers may differ between machines; compare with `gipspec diff`"
    return (problem("G612", files=", ".join(files), remedy=remedy),)
