"""Names of clusters: texts, or numbers where every row is a cluster of its own: there may be millions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Names = tuple[str, ...] | NDArray[np.int64]


def sorting(names: Names) -> NDArray[np.intp]:
    """Return the positions (C,) that put names in their order."""
    return np.argsort(
        names if isinstance(names, np.ndarray) else np.asarray(names, dtype=np.str_), kind="stable"
    )


def taken(names: Names, at: NDArray[np.intp]) -> Names:
    """Return the names at positions `at`."""
    return names[at] if isinstance(names, np.ndarray) else tuple(names[i] for i in at)


def union(several: Sequence[Names]) -> Names:
    """Return the sorted names that any of several holds; numbers beside texts are compared as texts."""
    numbers = [names for names in several if isinstance(names, np.ndarray)]
    if len(numbers) == len(several):
        return np.unique(np.concatenate(numbers))
    return tuple(sorted({str(name) for names in several for name in names}))


def places(names: Names, within: Names) -> NDArray[np.int64]:
    """Return the positions of names in a `union` that holds them all."""
    if isinstance(within, np.ndarray):
        return np.searchsorted(within, names).astype(np.int64)
    place = {name: i for i, name in enumerate(within)}
    return np.fromiter((place[str(name)] for name in names), dtype=np.int64, count=len(names))
