"""The data of the documents that are open: read when a column is asked about, then kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gipspec.diagnostics import GipError
from gipspec.editor.document import Document

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[object, ...]


@dataclass(slots=True)
class Frames:
    """The data set of the document that was asked about last, its derived columns included."""

    key: Key = ()
    frame: pd.DataFrame | None = field(default=None, repr=False)

    def of(self, document: Document) -> pd.DataFrame | None:
        """Return the data of a document; None where they cannot be read, or a derived column fails."""
        key = _key(document)
        if key != self.key:
            self.key, self.frame = key, _read(document)
        return self.frame


def _read(document: Document) -> pd.DataFrame | None:
    try:
        return document.loaded.dataset().frame
    except GipError:
        return None


def _key(document: Document) -> Key:
    """What a data set depends on: the file as it stands, the panel, the derived columns."""
    study = document.loaded.study
    if study is None:
        return (document.path,)
    path = Path(study.data.path)
    written = path.stat().st_mtime_ns if study.data.path and path.is_file() else 0
    return (study.data, written, study.panel, study.lets)
