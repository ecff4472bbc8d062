"""Exhibits that cannot be made: each has a code, a place and a remedy, and the others are written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gipspec.api import Loaded, loads
from gipspec.diagnostics import Problem
from gipspec.engine import Results
from gipspec.report.templates import own_templates

DATA = Path(__file__).parents[1] / "golden" / "bad" / "data" / "panel.csv"
GOOD = f"""data "{DATA}"
panel city year
defaults learner=ols; reps=2; folds=2
base <- y ~ d | x1
sides <- base; sample=[year < 2004, year >= 2005]
table fine "Fine": base
figure seen "Seen": base, sides
"""
WRITTEN = {"tables/fine.tex", "figures/seen.pdf", "numbers.tex", "report.html", "results.json"}
WRONG = {
    "table lost \"Lost\": base, bse": ("G101", "bse"),
    "table none \"None\": nobody": ("G101", "nobody"),
    "figure when \"When\": base; kind=event": ("G540", "base"),
    "figure tree \"Tree\": base; kind=tree": ("G540", "base"),
    "figure odd \"Odd\": base; kind=histogram": ("G204", "histogram"),
    "empty <- base; learner=[]": ("G001", "]"),
    "table rows \"Rows\": y, d; kind=descriptives; of=sides": ("G108", "sides"),
    "table looks \"Looks\": base; style=mine": ("G204", "mine"),
    "gone <- base; sample=year > 3000": ("G313", ""),
}  # fmt: skip


def attempt(text: str, out: Path, templates: Path | None = None) -> tuple[Loaded, Results, list[Problem]]:
    loaded = loads(text)
    results = loaded.run()
    wrong = loaded.write(results, out, templates)
    return loaded, results, [p for p in (*results.problems, *wrong) if p.severity == "error"]


def files(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def test_each_mistake_has_a_place_and_a_remedy_and_costs_nothing_else(tmp_path: Path) -> None:
    text = GOOD + "".join(f"{line}\n" for line in WRONG)
    _, _, problems = attempt(text, tmp_path)
    assert files(tmp_path) >= WRITTEN
    told = [(p.code, p.span.line if p.span else 0, p.span.text if p.span else "") for p in problems]
    first = GOOD.count("\n") + 1
    for at, (code, culprit) in enumerate(WRONG.values(), start=first):
        (found,) = [words for c, line, words in told if (c, line) == (code, at)]
        assert culprit in found
    assert all(p.help for p in problems)


def test_an_exhibit_of_models_that_failed_is_left_out_alone(tmp_path: Path) -> None:
    text = f'{GOOD}gone <- base; sample=year > 3000\ntable lost "Lost": gone\nfigure away "Away": gone\n'
    _, _, problems = attempt(text, tmp_path)
    assert files(tmp_path) >= WRITTEN and "tables/lost.tex" not in files(tmp_path)
    assert {p.code for p in problems} == {"G313", "G503"}
    lost = [p for p in problems if p.code == "G503"]
    assert [p.span.line if p.span else 0 for p in lost] == [9, 10]
    assert all("gone" in (p.help or "") for p in lost)


@pytest.mark.parametrize(
    ("template", "line", "addition", "lacking"),
    [
        ("latex/table.tex", 20, "<< nothing.here >>", "tables/fine.tex"),
        ("latex/table.tex", 20, "<% if name %>", "tables/fine.tex"),
        ("latex/numbers.tex", 3, "<< oops( >>", "numbers.tex"),
        ("report/page.html", 5, "{{ oops( }}", "report.html"),
        ("styles/default.toml", 3, "lable = 'T'", "tables/fine.tex"),
    ],
)
def test_a_template_with_a_mistake_costs_what_it_makes(
    template: str, line: int, addition: str, lacking: str, tmp_path: Path
) -> None:
    mine = tmp_path / "mine" / template
    mine.parent.mkdir(parents=True)
    shutil.copy(own_templates() / template, mine)
    lines = mine.read_text(encoding="utf-8").splitlines()
    mine.write_text("\n".join([*lines[:line], addition, *lines[line:]]) + "\n", encoding="utf-8")
    _, _, problems = attempt(GOOD, tmp_path / "out", tmp_path / "mine")
    (problem,) = problems
    assert problem.code == "G502" and str(mine) in problem.message and problem.help
    assert addition.startswith("<% if") or f"line {line + 1}:" in problem.message
    assert files(tmp_path / "out") >= WRITTEN - {lacking}
    assert lacking not in files(tmp_path / "out")


def test_letters_without_a_font_are_told_and_drawn_as_far_as_possible(tmp_path: Path) -> None:
    loaded = loads(GOOD + 'label y "Yield 𐎀𐎁"\n')
    (found,) = loaded.write(loaded.run(), tmp_path)
    assert (found.code, found.severity) == ("G542", "warning")
    assert found.span and found.span.text.startswith("figure seen") and "font" in (found.help or "")
    assert files(tmp_path) >= WRITTEN
