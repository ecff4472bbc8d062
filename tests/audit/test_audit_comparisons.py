"""Groups without their difference are found, and nothing else is taken for groups."""

from __future__ import annotations

from pathlib import Path

import pytest

import gipspec
from gipspec.audit.comparisons import groups_without_difference

HEAD = """
data "panel.csv"
panel city year
sample east = region == "East"
sample west = region == "West"
sample north = region == "North"
base <- y ~ d | x
"""


def findings(lines: str, folder: Path) -> list[str]:
    """The pairs that the rule finds; it reads the study alone."""
    (folder / "panel.csv").write_text("city,year,y,d,x,w,region\n1,2001,0,1,2,3,East\n", encoding="utf-8")
    study = gipspec.loads(HEAD + lines + "\n", folder=folder).require()
    found = groups_without_difference(study, study.models)
    return [" ".join(p.message.split("`")[1:4:2]) for p in found]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("w", "not w"),
        ("not (w > 2)", "w > 2"),
        ("w >= 2", "w < 2"),
        ("w > 2", "w <= 2"),
        ("w >= 3", "w <= 2"),
        ("w == 1", "w != 1"),
        ("w == 1", "w == 2"),
        ("east", "west"),
        ("w in [1, 2]", "w not in [1, 2]"),
        ("w >= -1", "w < -1"),
        ('region in ["East", "West"]', 'region in ["North", "South"]'),
        ("w in [1, 2]", "w in [3, 4]"),
        ("w in [1, 2]", "w == 3"),
        ("w in [1, 2]", "w > 2"),
        ("w == 1", "w not in [1, 2]"),
        ("w >= 1 and w <= 3", "w == 4"),
        ('region == "East" and year >= 2002', 'region == "West" and year >= 2002'),
        ("year >= 2002 and x > 0 and w < 1", "x < 5 and year >= 2002 and w >= 1"),
        ("w and year >= 2002", "not w and year >= 2002"),
        ("w > 2", "2 >= w"),
        ("not (w > 2 or x > 1)", "w > 3"),
        ("w < 1 or w > 3", "w in [1, 2, 3]"),
        ("w > x and x > 1", "w <= x and x > 1"),
        ("w > 2 and x > 1", "not (w > 2) and x > 1"),
    ],
)
def test_samples_that_exclude_each_other(first: str, second: str, tmp_path: Path) -> None:
    assert findings(f"a <- base; sample={first}\nb <- base; sample={second}", tmp_path) == ["a b"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("w >= 2", "w <= 2"),
        ("w >= 2", "w < 3"),
        ("w > 2", "w > 3"),
        ("w == 1", "x == 2"),
        ("w == 1", "w == 1"),
        ("w >= 2", "x < 2"),
        ("w == x", "w == d"),
        ("w in [1, 2]", "w in [2, 3]"),
        ("w in [1, 2]", "x in [3, 4]"),
        ("w in [1, x]", "w in [3, 4]"),
        ('region in ["East", "West"]', 'region in ["West", "North"]'),
        ('region == "East"', "region == 2"),  # a label, and a code that may be its own
        ('region == "East" and year >= 2002', 'region == "East" and year >= 2005'),
        ('region == "East" or year >= 2002', 'region == "West" or year < 2002'),
        ("not (w > 2 and x > 1)", "w > 3"),
        ("w not in [1, 2]", "w not in [3]"),
        ("w > 2 and w != 4", "w < 5 and w != 3"),
    ],
)
def test_samples_that_overlap_or_cannot_be_told_apart(first: str, second: str, tmp_path: Path) -> None:
    assert findings(f"a <- base; sample={first}\nb <- base; sample={second}", tmp_path) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("gap <- groups.east - groups.west", ["groups.east groups.north", "groups.north groups.west"]),
        ("gap <- groups.east - groups.west\nmore <- groups.north - groups.west", []),
        ("hetero <- base; het=region", []),
        (
            "hetero <- base; het=w",
            ["groups.east groups.north", "groups.east groups.west", "groups.north groups.west"],
        ),
    ],
)
def test_a_difference_or_a_moderator_compares_them(line: str, found: list[str], tmp_path: Path) -> None:
    assert findings(f"groups <- base; sample=[east, west, north]\n{line}", tmp_path) == found


def test_other_models_are_no_groups(tmp_path: Path) -> None:
    lines = "a <- base; sample=east\nb <- base; sample=west; learner=ols\nc <- base; sample=west; add=w\n"
    assert findings(lines + "d <- base; sample=west; outcome=w", tmp_path) == []
