"""What a model's recipe made, kept as it was: an estimate whose causes have not changed is not made again.

The key spells all that the recipe reads: the model with the lets behind it, the values and value labels of
the data, the versions of packages, and the code of the rooms that compute. Labels of variables are no part of
it. While a recipe works they are marks, which `relabelled` replaces by the labels of today.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gipspec.data import Dataset
from gipspec.diagnostics import Problem
from gipspec.engine.clean import ESTIMATES
from gipspec.engine.code import code_hash
from gipspec.engine.store import Store
from gipspec.engine.versions import run_versions
from gipspec.estimate import Aggregate, Influence
from gipspec.lang.study import Learner, Model
from gipspec.recipe import Found, Made, NuisanceFit, Series

FORMAT = "made 1"
CODE = ("data", "estimate", "lang", "learn", "recipe", "engine/prepare.py")  # folds and seeds are its work
NAMES = frozenset(
    {"name", "family", "variant", "choice", "line", "span"}
)  # of a model, which change no number
START, END = "\ue000", "\ue001"  # around the name of a variable whose label is meant
LONG = 16  # a tuple of texts that is longer, such as the names of clusters, is written once

CLASSES: dict[str, type[Any]] = {
    c.__name__: c for c in (Made, Found, Series, Problem, Aggregate, Influence, NuisanceFit)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a recipe made, and the keys of the fits that it was made from, and of their searches."""

    made: Made
    fits: tuple[str, ...]


class Marks(dict[str, str]):
    """Labels of variables that are not known yet: each is a mark that holds its name."""

    def get(self, name: str, default: Any = None) -> Any:
        return f"{START}{name}{END}"


def made_key(model: Model, dataset: Dataset) -> str:
    """Return the key of what a model's recipe makes of a data set."""
    parts = (
        FORMAT,
        code_hash(*CODE),
        run_versions((model,)),
        dataset.content_hash,
        dataset.panel,
        sorted((name, sorted(labels.items())) for name, labels in dataset.value_labels.items()),
        [(f.name, _spelled(getattr(model, f.name))) for f in fields(model) if f.name not in NAMES],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _spelled(value: Any) -> object:
    """Spell what defines a model: all that counts in comparisons, and the labels of learners."""
    if isinstance(value, tuple):
        return tuple(_spelled(v) for v in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    kept = [f for f in fields(value) if f.compare or (isinstance(value, Learner) and f.name == "label")]
    return (type(value).__name__, *(_spelled(getattr(value, f.name)) for f in kept))


def may_be_kept(made: Made) -> bool:
    """Tell whether what was made is whole: a failure may pass, and a place in the spec moves."""
    return all(p.severity != "error" and p.span is None and not p.notes for p in made.problems)


def relabelled(made: Made, labels: Mapping[str, str]) -> Made:
    """Put labels in the place of their marks; what has none is called by its name."""

    def changed(value: Any) -> Any:
        if isinstance(value, str):
            return _labelled(value, labels) if START in value else value
        if isinstance(value, tuple):
            if value and isinstance(value[0], float):
                return value  # a column of numbers may be long
            parts = tuple(changed(v) for v in value)
            return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
        if not is_dataclass(value) or isinstance(value, Influence | type):
            return value
        new = {f.name: changed(getattr(value, f.name)) for f in fields(value)}
        same = all(new[f.name] is getattr(value, f.name) for f in fields(value))
        return value if same else replace(value, **new)

    found: Made = changed(made)
    return found


def unmarked(found: Problem, labels: Mapping[str, str]) -> Problem:
    """Put labels in the place of their marks in a message."""
    if START not in f"{found.message}{found.help}":
        return found
    help = None if found.help is None else _labelled(found.help, labels)
    return replace(found, message=_labelled(found.message, labels), help=help)


def _labelled(text: str, labels: Mapping[str, str]) -> str:
    plain, *marked = text.split(START)
    for part in marked:
        name, _, rest = part.partition(END)
        plain += labels.get(name, name) + rest
    return plain


def recall(store: Store | None, model: Model, dataset: Dataset) -> Kept | None:
    """Return what a model's recipe made of the same data in an earlier run, or None."""
    if store is None:
        return None
    body = _estimates(store).read(made_key(model, dataset))
    if body is None:
        return None
    try:
        kept = decode(body)
    except (ValueError, LookupError, TypeError):
        return None
    store.touch(kept.fits)
    return kept


def keep(store: Store | None, model: Model, dataset: Dataset, made: Made, fits: Sequence[str]) -> Made:
    """Store what a recipe made, and return it as the store will: the same whether it was kept or not.

    Raises GipError (G501) where the store cannot be written.
    """
    body = encode(Kept(made=made, fits=tuple(fits)))
    if store:
        _estimates(store).write(made_key(model, dataset), body)
    return decode(body).made


def _estimates(store: Store) -> Store:
    return Store(folder=store.folder / ESTIMATES)


# ---------------------------------------------------------------- bytes


def encode(kept: Kept) -> bytes:
    """Write what is kept as a line of JSON, then the arrays as they lie in memory."""
    arrays: list[NDArray[np.float64]] = []
    texts: dict[tuple[str, ...], int] = {}

    def plain(value: Any) -> Any:
        match value:
            case np.ndarray(dtype=np.dtype(kind="f")):
                arrays.append(np.ascontiguousarray(value, dtype="<f8"))
                return {"array": list(value.shape)}
            case np.ndarray(dtype=np.dtype(kind="i")):
                arrays.append(value.astype("<f8"))
                return {"whole": list(value.shape)}
            case tuple():
                if len(value) > LONG and all(type(v) is str for v in value):
                    return {"texts": texts.setdefault(value, len(texts))}
                return [plain(v) for v in value]
            case np.generic():
                return value.item()
            case None | str() | int() | float():
                return value
        name = type(value).__name__
        if name not in CLASSES:
            raise TypeError(f"{name} cannot be kept")
        return {"class": name, "fields": {f.name: plain(getattr(value, f.name)) for f in fields(value)}}

    made = plain(kept.made)
    head = {"made": made, "fits": kept.fits, "texts": list(texts)}
    body = b"".join(array.tobytes() for array in arrays)
    return json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + body


def decode(data: bytes) -> Kept:
    """Read what `encode` wrote. Raises ValueError, LookupError or TypeError for anything else."""
    end = data.index(b"\n")
    head, at = json.loads(data[:end]), end + 1
    texts = [tuple(names) for names in head["texts"]]

    def restored(value: Any) -> Any:
        nonlocal at
        if isinstance(value, list):
            return tuple(restored(v) for v in value)
        if not isinstance(value, dict):
            return value
        if "array" in value or "whole" in value:
            shape = tuple(value["array"] if "array" in value else value["whole"])
            count = int(np.prod(shape, dtype=np.int64))
            array = np.frombuffer(data, dtype="<f8", count=count, offset=at).reshape(shape)
            at += array.nbytes
            return array if "array" in value else array.astype(np.int64)
        if "texts" in value:
            return texts[value["texts"]]
        return CLASSES[value["class"]](**{name: restored(v) for name, v in value["fields"].items()})

    made = restored(head["made"])
    if not isinstance(made, Made):
        raise TypeError("what is kept is not what a recipe makes")
    return Kept(made=made, fits=tuple(str(key) for key in head["fits"]))
