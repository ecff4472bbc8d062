"""No text can reach LaTeX as anything but text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gipspec.report.escape import MATH, PRINTED, SPECIAL, beyond_latin, comment, escape, one_line

ALLOWED = sorted(
    {*SPECIAL.values(), *(f"\\ensuremath{{{m}}}" for m in MATH.values()), *PRINTED.values()}, key=len
)


def stripped(latex: str) -> str:
    """Take away every escape that we write; what is left must hold nothing that TeX obeys."""
    for piece in reversed([*ALLOWED, "-{}", "'{}", ",{}", "?{}", "!{}"]):
        latex = latex.replace(piece, "")
    return latex


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_nothing_active_is_left(text: str) -> None:
    left = stripped(escape(text))
    assert not set(left) & set('\\{}$&#%_^~"`'), left
    assert not any(ord(ch) < 32 or 127 <= ord(ch) < 160 for ch in left)


@given(st.text(alphabet='\\{}$&#%_^~<>|"`[]*-\n\r\x00a ', max_size=40))
def test_nothing_active_is_left_among_special_characters(text: str) -> None:
    assert not set(stripped(escape(text))) & set('\\{}$&#%_^~"`[]*<>|')


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("100% of R&D", r"100\% of R\&D"),
        ("x_1^2", r"x\_1\textasciicircum{}2"),
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("a\r\n\x00b\u2028c", "a b c"),
        ("safe\u202etxet", "safetxet"),  # a right-to-left override hides what follows
        ("a -- b --- c", "a -{}- b -{}-{}- c"),
        ("R² ≥ 0", r"R\ensuremath{^2} \ensuremath{\ge} 0"),
        ("[1] *", "{[}1{]} {*}"),
        ("绿色工业园区", "绿色工业园区"),
        ("e\u0301", "é"),
    ],
)
def test_escapes(text: str, latex: str) -> None:
    assert escape(text) == latex


def test_a_comment_stays_on_its_line() -> None:
    assert comment("a\n\\input{x}\x0b\x0c\x85\u2029b") == "a \\input{x} b"
    assert one_line("  a \t b ") == "a b"


def test_letters_beyond_latin_are_noticed() -> None:
    assert beyond_latin("韧性")
    assert not beyond_latin("Łódź, Σ² – “quoted”")
