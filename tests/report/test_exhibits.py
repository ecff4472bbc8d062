"""Every LaTeX table of both studies, in every style, typeset with the packages that its first lines name.

The studies run as drafts with ordinary least squares under the names of their own learners: what is shown is
as wide as it is in earnest. `python bench/exhibits.py` does the same with the learners themselves.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from latex_engine import HAN, compiled, overfull

from gipspec.api import load
from gipspec.engine import Results
from gipspec.lang.study import Learner, Model, Study, TableRequest
from gipspec.report import build_table, latex_table

pytestmark = pytest.mark.latex

SPECS = Path(__file__).parents[2] / "specs"
STYLES = ("default", "aer", "qje", "frontiers")
SIGNS = "% & _ # $ ^ ~ \\ { } [x] \\input{/etc/passwd} 绿色工业园区"
VERY = "A label that is very, very long and that goes on for a while, and then for a while longer"


def least_squares(learner: Learner) -> Learner:
    return Learner(name="ols", label=learner.label or learner.name)


def quick(model: Model) -> Model:
    """Return a model that is fitted at once, and looks as before."""
    roles = ("learner_y", "learner_d", "learner_z", "learner_m")
    cheap = {role: least_squares(getattr(model.settings, role)) for role in roles}
    return dataclasses.replace(model, settings=dataclasses.replace(model.settings, **cheap))


def drafted(name: str) -> tuple[Study, Results]:
    loaded = load(SPECS / f"{name}.gip")
    study = loaded.require()
    study = dataclasses.replace(study, models=tuple(quick(m) for m in study.models))
    results = dataclasses.replace(loaded, study=study).run(draft=True)
    assert not [p for p in results.problems if p.severity == "error"]
    return study, results


def styled(request: TableRequest, style: str) -> TableRequest:
    return dataclasses.replace(request, options=tuple({**dict(request.options), "style": style}.items()))


def write(folder: Path, study: Study, results: Results) -> str:
    """Write all tables in all styles; return the body of a document that shows each on a page of its own."""
    folder.mkdir()
    lines: list[str] = []
    for request in study.tables:
        for style in STYLES:
            text = latex_table(build_table(styled(request, style), results, study))
            (folder / f"{request.name}-{style}.tex").write_text(text, encoding="utf-8")
            lines.append(rf"\typeout{{== {request.name}, {style}}}\input{{{request.name}-{style}}}\clearpage")
    return "\n".join(lines)


def check(log: str, pages: int) -> None:
    assert overfull(log) == []
    assert "Float too large" not in log and "Missing character" not in log
    assert log.count("\n== ") == pages and f"({pages} pages" in log


@pytest.mark.parametrize("name", ["castle", "gip"])
def test_all_tables_compile_within_the_page_in_all_styles(name: str, tmp_path: Path) -> None:
    study, results = drafted(name)
    body = write(tmp_path / "plain", study, results)
    pages = len(study.tables) * len(STYLES)
    assert pages >= 20
    log, text = compiled(tmp_path / "plain", body)
    check(log, pages)
    assert text.count("(DRAFT)") >= pages and "??" not in text
    study, results = relabelled(study, results)
    body = write(tmp_path / "labels", study, results)
    log, text = compiled(tmp_path / "labels", body, engine="xelatex", preamble=HAN)
    check(log, pages)
    assert "绿色工业园区" in text and "(/etc/passwd" not in log


def relabelled(study: Study, results: Results) -> tuple[Study, Results]:
    """Give every variable a label that is long, or full of what LaTeX obeys, in turns."""
    names = sorted({**dict(results.labels), **dict(study.labels)})
    labels = tuple((name, (SIGNS, VERY)[i % 2]) for i, name in enumerate(names))
    estimates = tuple(
        dataclasses.replace(e, outcome_label=SIGNS, term_label=VERY if e.term == e.treatment else SIGNS)
        for e in results
    )
    return dataclasses.replace(study, labels=labels), dataclasses.replace(results, estimates=estimates)
