"""docs/audit.md has every rule, and what each costs."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import gipspec
from gipspec.audit import RULES

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "audit.md").read_text(encoding="utf-8")


def test_every_rule_has_its_paragraph_and_its_remedy() -> None:
    told = re.findall(r"^\*\*(A\d\d)\*\* \(", PAGE, flags=re.MULTILINE)
    assert sorted(told) == list(RULES)
    paragraphs = re.findall(r"^\*\*A\d\d\*\* .*?(?=\n\n|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert all("**Remedy**" in text for text in paragraphs)


def test_every_rule_has_its_cost() -> None:
    with (DOCS / "results" / "audit.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["code"] for row in rows} == set(RULES)
    table = PAGE.split("<!-- costs -->")[1].split("<!-- /costs -->")[0]
    assert [line.split("|")[1].strip() for line in table.strip().split("\n")[2:]] == [r["code"] for r in rows]


def test_the_lines_that_accept_are_sound(tmp_path: Path) -> None:
    (snippet,) = re.findall(r"^```gip\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    study = 'data "panel.csv"\npanel city year\nbase <- y ~ d | x\nalgos <- base; learner=[lasso, rf]\n'
    loaded = gipspec.loads(f"{study}fake <- base; placebo=500\n{snippet}", folder=tmp_path)
    assert [p.code for p in loaded.problems] == ["G301"]
    assert loaded.study is not None
    assert [(a.code, a.names) for a in loaded.study.accepted] == [
        ("A10", ("base",)),
        ("A04", ("algos", "fake")),
    ]
