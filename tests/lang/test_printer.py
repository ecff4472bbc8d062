"""Printing: rows of (text, canonical text)."""

# ruff: noqa: E501 -- tables of one row a line

import pytest
from lang_samples import EXAMPLE

from gipspec.lang.parser import parse
from gipspec.lang.printer import WIDTH, format_file, print_expr, print_statement
from gipspec.lang.syntax import LetStatement, Statement
from gipspec.source import Source, display_width


def statement(line: str) -> Statement:
    file, problems = parse(Source.of("a.gip", line))
    assert problems == ()
    (only,) = file.statements
    return only


def formatted(spec: str) -> str:
    file, problems = parse(Source.of("a.gip", spec))
    assert problems == ()
    return format_file(file)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("((a))", "a"),
        ("a+b-c", "a + b - c"),
        ("(a+b)-c", "a + b - c"),
        ("a-(b+c)", "a - (b + c)"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a*b)+(c/d)", "a * b + c / d"),
        ("(a+b)*c", "(a + b) * c"),
        ("a / (b * c)", "a / (b * c)"),
        ("a : b ^ 2", "a:b^2"),
        ("(a:b)^2", "(a:b)^2"),
        ("a^(b^c)", "a^b^c"),
        ("(a^b)^c", "(a^b)^c"),
        ("a ^ (-b)", "a^-b"),
        ("(-a)^b", "(-a)^b"),
        ("-(a^b)", "-a^b"),
        ("- ( a : b )", "-(a:b)"),
        ("(-a):b", "-a:b"),
        ("a - (-b)", "a - -b"),
        ("-(-a)", "--a"),
        ("-(a + b)", "-(a + b)"),
        ("- 5 .. 5", "-5..5"),
        ("(1..2)..3", "(1..2)..3"),
        ("x in (1..2)", "x in 1..2"),
        ("(x in 1)..2", "(x in 1)..2"),
        ("not(a)", "not a"),
        ("not (a==b)", "not a == b"),
        ("(not a)==b", "(not a) == b"),
        ("not (a and b)", "not (a and b)"),
        ("(a and b) or c", "a and b or c"),
        ("a and (b or c)", "a and (b or c)"),
        ("a or (b or c)", "a or (b or c)"),
        ("(a<b)==c", "(a < b) == c"),
        ("a not   in [b,c]", "a not in [b, c]"),
        ("a <-5", "a < -5"),
        ("f( a,b = c )", "f(a, b=c)"),
        ("f((a or b), c=(a and b))", "f(a or b, c=a and b)"),
        ("1 %", "1%"),
        ("1e-3 + .5", "1e-3 + .5"),
        (r'"a \"b\" \\ \d"', r'"a \"b\" \\ \\d"'),
        ("`gdp`", "gdp"),
        ("`GDP per head`", "`GDP per head`"),
        ("`not`", "`not`"),
        ("`a.b` + `a..b` + `2b`", "a.b + `a..b` + `2b`"),
        ("`f g`(`h i`=1)", "`f g`(`h i`=1)"),
        ("绿色 + let", "绿色 + let"),
    ],
)
def test_expressions(written: str, canonical: str) -> None:
    let = statement(f"let v = {written}")
    assert isinstance(let, LetStatement)
    assert print_expr(let.value) == canonical
    assert statement(f"let v = {canonical}") == let


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ('study   "Parks"', 'study "Parks"'),
        ('data "a.xlsx";sheet = "B"', 'data "a.xlsx"; sheet="B"'),
        ("data causaldata :: castle", "data causaldata::castle"),
        ("panel\n  city\n  year", "panel city year"),
        ('label `a b` "A\\\\B"', 'label `a b` "A\\\\B"'),
        ("let   x=1", "let x = 1"),
        ("set x=a+b", "set x = a + b"),
        ("sample x=a>1", "sample x = a > 1"),
        ("learner x=rf()", "learner x = rf()"),
        ("defaults folds = 5;reps=3", "defaults folds=5; reps=3"),
        ('include  "x"', 'include "x"'),
        ("y~d", "y ~ d"),
        ("m<-y~d|x;folds=5", "m <- y ~ d | x; folds=5"),
        ("m <- (y) ~ (d) | (a + b)", "m <- y ~ d | a + b"),
        ("m <- (a) - b.c", "m <- a - b.c"),
        ('table t"T":a,b;digits=2', 'table t "T": a, b; digits=2'),
        ("table t: a", "table t: a"),
        (
            'table t "T": panel "A" (a,b), c; digits=2; stars=no',
            'table t "T":\n    panel "A" (a, b),\n    c;\n    digits=2;\n    stars=no',
        ),
        ("figure f : a , b ; scale = 2", "figure f: a, b; scale=2"),
    ],
)
def test_statements(written: str, canonical: str) -> None:
    tree = statement(written)
    assert print_statement(tree) == canonical
    assert statement(canonical) == tree


def test_long_statements_break_behind_semicolons() -> None:
    model = statement(f"base <- y ~ d | {' + '.join('abcdefghijklmnop')}; learner=rf(trees=500); folds=10")
    assert print_statement(model) == (
        "base <- y ~ d | a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p;\n"
        "    learner=rf(trees=500);\n"
        "    folds=10"
    )


def test_long_tables_take_a_line_for_each_item() -> None:
    items = [f"model_number_{i}" for i in range(8)]
    assert print_statement(statement(f"table t: {', '.join(items)}; digits=2")) == (
        "table t:\n    " + ",\n    ".join(items) + ";\n    digits=2"
    )


def test_width_is_that_of_a_terminal() -> None:
    """45 wide characters take 90 columns: one option fits beside them, two do not."""
    head = f"m <- {'绿' * 45}"
    assert print_statement(statement(f"{head}; a=1")) == f"{head}; a=1"
    assert display_width(f"{head}; a=1") == WIDTH
    assert print_statement(statement(f"{head}; a=12")) == f"{head};\n    a=12"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("", ""),
        ("\n\n\n", ""),
        ("\n\nlet a = b\n\n\n\nlet c = d\n\n", "let a = b\n\nlet c = d\n"),
        # runs are aligned; `label` and unnamed models have nothing to align
        (
            'label a "A"\nlet a=1\nset long=b\nsample x=c\nlearner l=rf',
            'label a "A"\nlet a     = 1\nset long  = b\nsample x  = c\nlearner l = rf\n',
        ),
        ("a<-y~d\nlonger<-a\ny~d\nb<-a", "a      <- y ~ d\nlonger <- a\ny ~ d\nb <- a\n"),
        ("绿色<-y~d\nb<-绿色", "绿色 <- y ~ d\nb    <- 绿色\n"),
        # a blank line, a comment of its own or another statement ends a run
        ("a<-b\n\nlong<-b", "a <- b\n\nlong <- b\n"),
        ("a<-b\n# why\nlong<-b", "a <- b\n# why\nlong <- b\n"),
        ("let a=1\ndefaults b=2\nlet long=1", "let a = 1\ndefaults b=2\nlet long = 1\n"),
        # comments behind statements are aligned within a run of lines
        ("a<-b #one\nlong<-b #two\nc<-b", "a    <- b  # one\nlong <- b  # two\nc    <- b\n"),
        ("panel a b # one\nlet abc = def # two", "panel a b      # one\nlet abc = def  # two\n"),
        ("panel a b # one\n# own\nlet abc = def # two", "panel a b  # one\n# own\nlet abc = def  # two\n"),
        # comments within a statement move above it, the one behind it stays
        (
            "panel a b\nlet x = f( # one\n  # two\n  y,\n\n  z) # three\n\nlet a=1",
            "panel a b\n# one\n# two\nlet x = f(y, z)  # three\n\nlet a = 1\n",
        ),
        ('table t: # one\n  panel "A" (a),\n  b # two', '# one\ntable t:\n    panel "A" (a),\n    b  # two\n'),
        # comments of their own lose their indent and keep their place
        ("#!/usr/bin/gip\n##  one\n   #two\n\n\nlet a=1\n  # three\n\n#", "#!/usr/bin/gip\n##  one\n# two\n\nlet a = 1\n# three\n\n#\n"),
        ("# only", "# only\n"),
    ],
)  # fmt: skip
def test_files(written: str, canonical: str) -> None:
    assert formatted(written) == canonical
    assert formatted(canonical) == canonical


def test_example_of_the_design_is_nearly_canonical() -> None:
    once = formatted(EXAMPLE)
    assert formatted(once) == once
    assert parse(Source.of("a", once))[0].statements == parse(Source.of("a", EXAMPLE))[0].statements
    squeezed = [" ".join(line.split()) for line in EXAMPLE.strip().splitlines()]
    assert [" ".join(line.split()) for line in once.splitlines()] == squeezed
    assert "sample recent  = year >= 2010 and not municipality\n" in once
    assert "\nbase   <- resilience ~ gip | controls\n" in once
