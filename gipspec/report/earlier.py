"""What the last run left, for `gipspec plan`."""

from __future__ import annotations

import json
from pathlib import Path

from gipspec.plan import Earlier
from gipspec.report.saved_shape import RESULTS


def load_earlier(out: Path) -> Earlier | None:
    """Read the settings of the last run's estimates; None where there is none, or it cannot be read."""
    try:
        document = json.loads((out / "results.json").read_text(encoding="utf-8"))
        RESULTS(document, "")
        return Earlier(
            settings={e["model_name"]: e["settings"] for e in document["estimates"] if e["settings"]},
            data_hash=document["data"]["sha256"],
            versions=tuple(sorted(document["versions"].items())),
            draft=document["draft"],
        )
    except (OSError, ValueError, RecursionError):
        return None
