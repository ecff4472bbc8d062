"""Periods that are written as text: their order is that of time, or they are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from data_samples import refused

from gipspec.data.columns import from_strings
from gipspec.data.periods import check_periods
from gipspec.lang.study import Panel
from gipspec.source import Source, Span

PANEL = Panel(unit="city", time="when", span=Span(source=Source.of("s", "panel city when"), start=0, end=5))

CLEAR = [
    ["2004", "2005", "2010"],
    ["2004年", "2005年"],
    ["2004Q1", "2004Q2", "2005Q1"],
    ["2004-03-31", "2004-12-31", "2005-03-31"],
    ["2004-03-31 08:00:00", "2004-03-31 09:30:00"],
    ["31/12/2004", "31/12/2005"],  # the year alone varies
    ["m01", "m02", "m10"],
    ["wave 1", "wave 2"],
    ["only"],
]
UNCLEAR = [
    ["m10", "m9"],
    ["after", "before"],
    ["30/09/2005", "31/03/2004"],
    ["2004Apr", "2004Mar"],
    ["2004年第三季度", "2004年第二季度"],
    ["1/2004", "1/2005", "2/2004"],
    ["wave 1", "wave ii"],
]


@pytest.mark.parametrize("texts", CLEAR)
def test_the_order_of_letters_is_that_of_time(texts: list[str]) -> None:
    assert sorted(texts) == texts
    check_periods(PANEL, texts)


@pytest.mark.parametrize("texts", UNCLEAR)
def test_what_may_stand_in_another_order_is_refused(texts: list[str]) -> None:
    with refused("G318"):
        check_periods(PANEL, sorted(texts))


def test_numbers_have_an_order() -> None:
    check_periods(PANEL, (9.0, 10.0))
    with refused("G318"):
        check_periods(PANEL, ("10", "9"))


def test_blanks_around_a_text_are_no_part_of_it() -> None:
    found = from_strings(["上海 ", "\u3000上海", "上海\xa0", " NA ", "  "])
    assert found.tolist() == ["上海", "上海", "上海", None, None]


def test_a_month_that_sorts_wrong_is_refused_by_a_run(tmp_path: Path) -> None:
    import gipspec

    rows = [f"{u},m{t},{u * t % 7},{int(u > 2 and t > 8)}" for u in range(6) for t in range(5, 13)]
    (tmp_path / "d.csv").write_text("\n".join(["city,when,y,d", *rows]))
    spec = 'data "d.csv"\npanel city when\na <- y ~ d | lag(y); learner=ols; reps=1; folds=2'
    with pytest.raises(gipspec.GipError, match="G318"):
        gipspec.loads(spec, folder=tmp_path).run()
