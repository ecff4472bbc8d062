"""The true values as the table of docs/simulation.md."""

from __future__ import annotations

from gipspec.simulate.truth import Truth


def truth_table(truth: Truth) -> str:
    """A markdown table with a row for each true value, to six decimals."""
    rows = [f"| `{v.name}` | {v.value:.6f} | {v.meaning} |" for v in truth]
    return "\n".join(["| name | value | meaning |", "|---|---:|---|", *rows])
