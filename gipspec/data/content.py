"""What a reader found in a file, before it is checked: the same for every format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gipspec.data.columns import Numbers, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Columns in the order of the file, with what it says of them.

    `names` are empty for columns without a name. `values` is empty where only the header was read, or where
    there is no row. `kinds` are "number", "text" or "date", where the header tells.
    """

    names: list[str]
    values: list[Numbers | Texts] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    value_labels: dict[str, dict[float, str]] = field(default_factory=dict)
