"""`numbers.tex`: which keys there are and what they print."""

from __future__ import annotations

import re

import pytest
from report_factory import estimate, results

from gipspec.engine.results import IndexWeights
from gipspec.report import numbers_tex
from gipspec.report.macros import number, tex_key


def values(text: str) -> dict[str, str]:
    return dict(re.findall(r"^\\gipset\{(.*?)\}\{(.*)\}$", text, flags=re.MULTILINE))


def test_the_numbers_of_an_estimate() -> None:
    found = values(numbers_tex(results([estimate("base", -0.05213, 0.01127)])))
    assert found["base.coef"] == r"\ensuremath{-}0.052"
    assert found["base.coef.raw"] == "-0.05213"
    assert found["base.coef.pct"] == r"\ensuremath{-}5.2"
    assert found["base.se"] == "0.011"
    assert found["base.stars"] == "***"
    assert found["base.p"] == "0.000"
    assert found["base.p.text"] == r"\ensuremath{p<0.001}"
    assert found["base.ci.low"] == r"\ensuremath{-}0.074"  # -0.05213 - 1.95996 * 0.01127 = -0.07422
    assert found["base.ci.high"] == r"\ensuremath{-}0.030"
    assert found["base.n"] == "5{,}058"
    assert found["base.n.raw"] == "5058"
    assert found["base.level"] == "95"
    assert found["base.r2.treatment"] == "0.265"


def test_names_that_tex_cannot_read() -> None:
    assert tex_key("joint.gip:compute") == "joint.gip:compute"
    assert tex_key("GDP per head #1 100%") == "GDP-per-head-1-100-"
    found = values(numbers_tex(results([estimate("a b", 1.0), estimate("a%b", 2.0), estimate("基准", 3.0)])))
    assert sorted(k for k in found if k.endswith(".coef")) == ["a-b-2.coef", "a-b.coef", "基准.coef"]


def test_weights_have_keys() -> None:
    index = IndexWeights(name="resilience", method="entropy", rows=(("resist", "Resistance", "+", 0.41239),))
    found = values(numbers_tex(results([], indices=(index,))))
    assert found["weights.resilience.resist"] == "0.412"


def test_what_is_not_finite_is_a_dash() -> None:
    assert number(float("nan")) == "--"


def test_a_draft_says_so() -> None:
    assert "DRAFT" in numbers_tex(results([estimate("base")], draft=True))
    assert "DRAFT" not in numbers_tex(results([estimate("base")]))


@pytest.mark.parametrize("name", ["evil\n\\input{x}", "}\\input{x}{", "\\write18{ls}"])
def test_hostile_names_define_nothing_else(name: str) -> None:
    text = numbers_tex(results([estimate(name)], data_name=name))
    code = [line for line in text.splitlines() if not line.startswith("%")]
    assert not any("\\input" in line or "\\write" in line for line in code)
