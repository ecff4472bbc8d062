"""What outputs were made from, as their first lines say it."""

from __future__ import annotations

from gipspec.engine.results import Results
from gipspec.report.table import Provenance
from gipspec.version import __version__

HASH_DIGITS = 12


def provenance_of(results: Results) -> Provenance:
    return Provenance(
        study=results.title or results.study,
        spec=f"{results.study}.gip",
        data=results.data_name,
        data_hash=results.data_hash[:HASH_DIGITS],
        version=dict(results.versions).get("gipspec", __version__),
    )
