"""Cutting text into statements: rows of (text, statements)."""

import pytest

from gipspec.lang.scanner import FULL_WIDTH, scan
from gipspec.source import Source


def pieces(text: str) -> list[str]:
    return [stretch.span.text for stretch in scan(Source.of("a.gip", text)).stretches]


def problems(text: str) -> list[tuple[str, int, int]]:
    """Return (code, line, column) of what the scanner found, one a statement."""
    found = scan(Source.of("a.gip", text))
    listed = [*found.problems, *(s.problem for s in found.stretches if s.problem)]
    return [(p.code, p.span.line, p.span.column) for p in listed if p.span]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n  \n# only a comment\n", []),
        ("let a = b", ["let a = b"]),
        ("let a = b  # why\nlet c = d\n", ["let a = b", "let c = d"]),
        # an indented line goes on
        ("x <- base;\n  folds=5\ny <- x", ["x <- base;\n  folds=5", "y <- x"]),
        ("x <- base;\n\tfolds=5", ["x <- base;\n\tfolds=5"]),
        # blank lines and comments do not end an indented block
        (
            "table t:\n    a,\n\n    # c\n# d\n    b\nx <- y",
            ["table t:\n    a,\n\n    # c\n# d\n    b", "x <- y"],
        ),
        # open brackets go on at the margin
        ("let a = f(\nb,\npanel\n)\nlet c = d", ["let a = f(\nb,\npanel\n)", "let c = d"]),
        ("x <- b; learner=[\nrf,\ngbm]", ["x <- b; learner=[\nrf,\ngbm]"]),
        # brackets, hashes and backticks in quotes are text
        ('study "a (b # c ` d"\nlet e = f', ['study "a (b # c ` d"', "let e = f"]),
        (r'study "say \"(\" or \\"' + "\nlet e = f", [r'study "say \"(\" or \\"', "let e = f"]),
        ("let `a (b` = c\nlet e = f", ["let `a (b` = c", "let e = f"]),
        ("let a = b # (\nlet c = d # )", ["let a = b", "let c = d"]),
        # a closer too many does no harm to the next statement
        ("let a = b)\nlet c = d", ["let a = b)", "let c = d"]),
        # 中文 and line ends of other systems
        ("let 绿色 = 园区\r\nlet c = d\r", ["let 绿色 = 园区", "let c = d"]),
    ],
)
def test_statements(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    "next_line",
    [
        "base <- y ~ d",
        "`a b` <- base",
        "log(y) ~ d | x",
        'study "T"',
        'data "x.dta"',
        "data causaldata::castle",
        "panel city year",
        'label gdp "GDP"',
        "let a = b",
        "set a = b",
        "sample a = b",
        "learner a = rf",
        "defaults folds=5",
        'include "x.gip"',
        "table main: a",
        "figure f: a",
    ],
)
def test_an_unclosed_bracket_harms_only_its_statement(next_line: str) -> None:
    text = f"let a = f(b,\n  c\n{next_line}\nlet z = 1"
    assert pieces(text) == ["let a = f(b,\n  c", next_line, "let z = 1"]
    assert problems(text) == [("G002", 1, 10)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("let a = f(b, [c", [("G002", 1, 14)]),
        ('study "Green\nlet a = b', [("G002", 1, 7)]),
        ("let `a = b\nlet c = d", [("G002", 1, 5)]),
        ('let a = f("b)\nlet c = d', [("G002", 1, 11)]),
        ("  let a = b\n  let c = d\nlet e = f", [("G004", 1, 3)]),
        ("# why\n\n\tlet a = b", [("G004", 3, 2)]),
        ("let a，b", [("G003", 1, 6)]),
        ("study “绿色园区”", [("G003", 1, 7)]),
        ("x <- y ~ d； folds＝5", [("G003", 1, 11)]),  # one problem a statement, the first
        ("let a\x00 = b", [("G001", 1, 6)]),
        ('study "a\x07b"', [("G001", 1, 9)]),
        ("# a\x1bb", [("G001", 1, 4)]),
        ("let a = b\ud800", [("G001", 1, 10)]),
        ('study "，；（" # ，；（', []),
        ("let `a；b` = c", []),
        ("let a\u00a0= b", []),
        ("m <- y ~ d | a##b\nlet c = d", [("G009", 1, 15)]),
        ("m <- y ~ d | 产业#年 + c#d", [("G009", 1, 16)]),
        ("m <- y ~ d | a #b", []),
        ("m <- y ~ d | a # c.x##i.y", []),
        ("m <- y ~ d | f(a)#why", []),
    ],
)
def test_problems(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert problems(text) == expected


def test_full_width_marks_name_the_plain_one() -> None:
    assert [FULL_WIDTH[mark] for mark in "；，（）：＝［］“”～｜＋－＊／％＾"] == list(';,():=[]""~|+-*/%^')
    for mark, plain in FULL_WIDTH.items():
        (stretch,) = scan(Source.of("a.gip", f"let a {mark} b")).stretches
        assert stretch.problem is not None
        assert (stretch.problem.code, mark in stretch.problem.message) == ("G003", True)
        assert f"`{plain}`" in (stretch.problem.help or "")


def test_comments() -> None:
    text = "#one\nlet a = f(  #  two \n  # three\n  b) # four\n   #\n## five"
    found = [(c.text, c.trailing, c.span.line) for c in scan(Source.of("a.gip", text)).comments]
    assert found == [
        ("one", False, 1),
        (" two", True, 2),
        ("three", False, 3),
        ("four", True, 4),
        ("", False, 5),
        ("# five", False, 6),
    ]
