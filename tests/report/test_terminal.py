"""Text tables: columns stand under each other, under wide characters too."""

from __future__ import annotations

import pytest
from report_cases import CASES
from report_factory import estimate, results

from gipspec.report import summary, terminal_table
from gipspec.source import display_width

SMALL = """\
Index system and weights
==========================
resilience
Indicator     Sign  Weight
--------------------------
Resistance     +    0.4123
Recovery       +    0.3001
Volatility_%   -    0.2876
==========================
"""


def test_a_small_table() -> None:
    assert terminal_table(CASES["weights"]()).startswith(SMALL)


@pytest.mark.parametrize("name", CASES)
def test_no_line_is_wider_than_the_rules(name: str) -> None:
    lines = terminal_table(CASES[name]()).splitlines()
    total = display_width(lines[1])
    assert set(lines[1]) == {"="}
    last = max(i for i, line in enumerate(lines) if line == lines[1])
    assert all(display_width(line) <= total for line in lines[2:last])
    assert all(ch.isprintable() for line in lines for ch in line)


def test_summary() -> None:
    text = summary(results([estimate("m10", -0.05, 0.02), estimate("基准"), estimate("m2")]))
    assert text.splitlines() == [
        "name  coef         se      p      95% interval      n",
        "m2    0.052***  0.011  0.000    [0.030, 0.074]  5,058",
        "m10   -0.050**  0.020  0.012  [-0.089, -0.011]  5,058",
        "基准  0.052***  0.011  0.000    [0.030, 0.074]  5,058",
    ]
