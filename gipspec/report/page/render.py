"""The report as one page that needs nothing else: no network, no other file, the same bytes each time."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from pathlib import Path
from shlex import quote

import jinja2

from gipspec.report.formats.html import Html, comment, escape
from gipspec.report.lock import Lock
from gipspec.report.names import labels_of, natural_key
from gipspec.report.page.estimates import (
    estimates_listing,
    nuisances_listing,
    stability_listing,
)
from gipspec.report.page.exhibits import picture_exhibit, table_exhibit
from gipspec.report.page.findings import topics_of_audit, topics_of_run
from gipspec.report.page.parts import Parts
from gipspec.report.page.places import Places
from gipspec.report.page.rows import rows_listing
from gipspec.report.page.spec import spec_files
from gipspec.report.templates import environment, render

NAME = "report.html"
TEMPLATE, STYLE, SCRIPT = "report/page.html", "report/page.css", "report/page.js"


def report_page(parts: Parts, templates: Path | None = None) -> str:
    """Return the page. `templates` may hold a user's own `report/page.html`, `.css` and `.js`.

    Raises GipError (G502) when a template fails.
    """
    made = environment(templates, Html, escape, comment)
    return render(made, TEMPLATE, view_of_page(parts) | _inlined(made))


def _inlined(made: jinja2.Environment) -> dict[str, object]:
    """Return style and script as they stand, and the policy that lets the browser load nothing else."""
    style, script = (_source(made, name) for name in (STYLE, SCRIPT))
    allowed = f"style-src {_digest(style)}; script-src {_digest(script)}; img-src data:"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return {"style": Html(style), "script": Html(script), "policy": policy}


def _source(made: jinja2.Environment, name: str) -> str:
    if made.loader is None:
        return ""
    text, _, _ = made.loader.get_source(made, name)
    return text


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def view_of_page(parts: Parts) -> dict[str, object]:
    """Return what the template sees. Plain strings are escaped when printed; `Html` is printed as it is."""
    results, study = parts.results, parts.study
    places = Places.of(study, parts.sources)
    labels = labels_of(results, study)
    names = sorted((e.model_name for e in results), key=natural_key)
    accepted = [f for f in parts.history.findings if f.accepted]
    found = [f for f in parts.history.findings if not f.accepted]
    return {
        "title": results.title or results.study,
        "study": results.study,
        "draft": results.draft,
        "data": {"name": results.data_name, "hash": results.data_hash},
        "panel": study.panel,
        "estimates_count": len(results.estimates),
        "models_count": len(set(names)),
        "rows_count": max((e.n for e in results), default=0),
        "units_count": max((e.units for e in results), default=0),
        "failed": sum(p.severity == "error" for p in results.problems),
        "found_count": len(found),
        "accepted_count": len(accepted),
        "files": spec_files(parts.sources, places, dict(Counter(names))),
        "rows": rows_listing(results, places, labels),
        "tables": tuple(table_exhibit(t, study, places) for t in parts.tables),
        "figures": tuple(picture_exhibit(p, places) for p in parts.pictures),
        "estimates": estimates_listing(results, places, labels),
        "stability": stability_listing(results, places),
        "nuisances": nuisances_listing(results, places, labels),
        "audit": topics_of_audit(found, places),
        "accepted": topics_of_audit(accepted, places),
        "messages": topics_of_run(results.problems, results.findings, places),
        "tried": parts.history.tried,
        "lock": parts.lock,
        "version": dict(results.versions).get("gipspec", ""),
        "commands": commands_of(parts.lock),
    }


def commands_of(lock: Lock) -> tuple[str, ...]:
    """Return the commands that repeat a run, and hold it to what it was."""
    spec = quote(f"{lock.study}.gip")
    return (f"gipspec run {spec} --locked", f"gipspec log {spec}")
