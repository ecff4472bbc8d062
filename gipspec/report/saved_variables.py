"""The numbers of tables of variables in `results.json`: a table each, its statistics by variable."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gipspec.engine.results import VariableTable


def variables_data(found: VariableTable) -> dict[str, object]:
    """Return a table as plain data; a number that is not finite is null."""
    statistics: dict[str, dict[str, float | None]] = {}
    for owner, name, value in found.statistics:
        statistics.setdefault(owner, {})[name] = float(value) if math.isfinite(value) else None
    return {
        "name": found.table,
        "kind": found.kind,
        "rows": int(found.rows),
        "by": found.by,
        "arms": list(found.arms),
        "cluster": found.cluster,
        "clusters": int(found.clusters),
        "statistics": statistics,
    }


def read_variables(d: Mapping[str, Any]) -> VariableTable:
    """Read what `variables_data` made. Raises ValueError for arms without a column."""
    if (len(d["arms"]) == 2) is not bool(d["by"]):
        raise ValueError(f"the table {d['name']} has not the two arms of a column")
    return VariableTable(
        table=d["name"],
        kind=d["kind"],
        rows=int(d["rows"]),
        by=d["by"],
        arms=tuple(d["arms"]),
        cluster=d["cluster"],
        clusters=int(d["clusters"]),
        statistics=tuple(
            (owner, name, math.nan if value is None else float(value))
            for owner, values in d["statistics"].items()
            for name, value in values.items()
        ),
    )
