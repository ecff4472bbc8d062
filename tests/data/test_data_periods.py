"""Periods that are written as text: their order is that of time, or they are refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from data_samples import refused

from gipspec.data.columns import from_strings
from gipspec.data.periods import check_periods
from gipspec.data.vector import Vector
from gipspec.diagnostics import GipError
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
    ["200403", "200412", "200501"],
    ["20041", "20042", "20051"],  # year and quarter
    ["20040331", "20041231"],
    ["2004/03/31", "2005/03/31"],
    ["2003/2004", "2004/2005"],
    ["FY2004", "FY2007"],
    ["Q1 2004", "Q2 2004"],  # the quarter alone varies
    ["wave1", "wave2", "wave7"],
    ["t001", "t002", "t003"],
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
    ["Q12004", "Q12005", "Q22004"],
    ["Q1 2004", "Q1 2005", "Q2 2004"],
    ["Q1-04", "Q1-05", "Q2-04"],
    ["Q104", "Q105", "Q204"],
    ["03/2004", "03/2005", "04/2004"],
    ["032004", "032005", "042004"],
    ["31122004", "30062005"],
    ["20112012", "20122011"],  # days of 2012 and 2011
    ["31.12.2004", "30.06.2005"],
    ["Jan 2004", "Feb 2004"],
    ["98Q4", "99Q1", "00Q1"],
    ["wave 1", "wave ii"],
]


def check(periods: Sequence[float | str], **columns: list[float]) -> None:
    when = Vector(values=np.array(periods, dtype=object if isinstance(periods[0], str) else float))
    others = {name: Vector(values=np.array(values)) for name, values in columns.items()}
    check_periods(PANEL, periods, {"when": when} | others)


@pytest.mark.parametrize("texts", CLEAR)
def test_the_order_of_letters_is_that_of_time(texts: list[str]) -> None:
    assert sorted(texts) == texts
    check(texts)


@pytest.mark.parametrize("texts", UNCLEAR)
def test_what_may_stand_in_another_order_is_refused(texts: list[str]) -> None:
    with refused("G318"):
        check(sorted(texts))


def test_numbers_have_an_order() -> None:
    check((9.0, 10.0))
    with refused("G318"):
        check(("10", "9"))


def test_a_column_of_numbers_beside_the_texts_is_the_remedy() -> None:
    texts = ["Q12005", "Q22004", "Q42004"]
    with pytest.raises(GipError) as caught:
        check(texts, quarter=[4.0, 1.0, 3.0], rate=[0.3, 0.1, 0.2], gdp=[900.0, 100.0, 300.0])
    assert caught.value.problems[0].help == "take a column of numbers: `panel city quarter`, say"
    with pytest.raises(GipError) as caught:
        check(texts, half=[1.0, 1.0, 2.0], gappy=[1.0, 2.0, float("nan")])
    assert "year * 4 + quarter" in str(caught.value.problems[0].help)


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
