"""Parsing: rows of (text, tree) and (text, message)."""

# ruff: noqa: E501 -- tables of one row a line

import re
import time
from pathlib import Path

import pytest
from lang_samples import EXAMPLE

from gipspec.diagnostics import Problem
from gipspec.lang import parser
from gipspec.lang import syntax as s
from gipspec.lang.parser import MOST_DEPTH, build_lark, find_grammar, parse
from gipspec.lang.printer import print_statement
from gipspec.lang.statements import MODEL, STATEMENTS
from gipspec.source import Source, Span

HERE = Span(source=Source.of("tree", ""), start=0, end=0)  # spans never count in equality


def name(text: str) -> s.Name:
    return s.Name(span=HERE, text=text)


def number(text: str) -> s.Number:
    return s.Number(span=HERE, text=text)


def percent(text: str) -> s.Percent:
    return s.Percent(span=HERE, text=text)


def text(value: str) -> s.Text:
    return s.Text(span=HERE, value=value)


def unary(op: str, operand: s.Expr) -> s.Unary:
    return s.Unary(span=HERE, op=op, operand=operand)


def binary(left: s.Expr, op: str, right: s.Expr) -> s.Binary:
    return s.Binary(span=HERE, op=op, left=left, right=right)


def range_(low: s.Expr, high: s.Expr) -> s.Range:
    return s.Range(span=HERE, low=low, high=high)


def each(*items: s.Expr) -> s.Each:
    return s.Each(span=HERE, items=items)


def call(function: str, *positional: s.Expr, **named: s.Expr) -> s.Call:
    given = [(None, value) for value in positional] + [*named.items()]
    arguments = tuple(s.Argument(span=HERE, name=key, value=value) for key, value in given)
    return s.Call(span=HERE, function=function, arguments=arguments, name_span=HERE)


def option(key: str, value: s.Expr) -> s.Option:
    return s.Option(span=HERE, name=name(key), value=value)


def formula(outcome: s.Expr, treatment: s.Expr, controls: s.Expr | None = None) -> s.Formula:
    return s.Formula(span=HERE, outcome=outcome, treatment=treatment, controls=controls)


def model(key: str | None, head: s.Head, *options: s.Option) -> s.ModelStatement:
    return s.ModelStatement(span=HERE, name=name(key) if key else None, head=head, options=options)


def base(key: str) -> s.Variation:
    return s.Variation(span=HERE, base=name(key))


a, b, c, d, x, y = map(name, "abcdxy")
y_on_d = formula(y, d)


def read(spec: str) -> tuple[s.SpecFile, tuple[Problem, ...]]:
    return parse(Source.of("a.gip", spec))


def statement(line: str) -> s.Statement:
    file, problems = read(line)
    assert problems == ()
    (only,) = file.statements
    return only


def complaint(spec: str) -> Problem:
    file, (only,) = read(spec)
    assert file.statements == ()
    return only


# ---------------------------------------------------------------- trees


@pytest.mark.parametrize(
    ("line", "tree"),
    [
        ("5", number("5")),
        ("0.05", number("0.05")),
        (".5", number(".5")),
        ("1e-3", number("1e-3")),
        ("1%", percent("1")),
        ("2.5 %", percent("2.5")),
        ('"East"', text("East")),
        (r'"a \"b\" \\ c \d #"', text(r'a "b" \ c \d #')),
        ("algos.lasso", name("algos.lasso")),
        ("folds.3", name("folds.3")),
        ("gdp.pc", name("gdp.pc")),
        ("绿色园区", name("绿色园区")),
        ("`GDP per head (€)`", name("GDP per head (€)")),
        ("`and`", name("and")),
        ("e\u0301cart", name("\u00e9cart")),  # an accent typed as a character of its own
        ("`e\u0301 1`", name("\u00e9 1")),
        ('"e\u0301"', text("e\u0301")),
        ("f()", call("f")),
        ("rf(trees=500, leaf=5)", call("rf", trees=number("500"), leaf=number("5"))),
        ("poly(urban, 2)", call("poly", name("urban"), number("2"))),
        ("entropy(+a, -b)", call("entropy", unary("+", a), unary("-", b))),
        ("nnet(layers=[50])", call("nnet", layers=each(number("50")))),
        ("rf(features=1/3)", call("rf", features=binary(number("1"), "/", number("3")))),
        ("[a, b + c]", each(a, binary(b, "+", c))),
        ("-5..5", range_(unary("-", number("5")), number("5"))),
        ("a + b..c", range_(binary(a, "+", b), c)),
        ("x in 2010..2015", binary(x, "in", range_(number("2010"), number("2015")))),
        # chains go to the left, powers to the right
        ("a - b - c", binary(binary(a, "-", b), "-", c)),
        ("a / b * c", binary(binary(a, "/", b), "*", c)),
        ("a:b:c", binary(binary(a, ":", b), ":", c)),
        ("a^b^c", binary(a, "^", binary(b, "^", c))),
        ("a or b or c", binary(binary(a, "or", b), "or", c)),
        ("(a - b) - c", binary(binary(a, "-", b), "-", c)),
        ("a - (b - c)", binary(a, "-", binary(b, "-", c))),
        # precedence, as in R
        ("a + b * c", binary(a, "+", binary(b, "*", c))),
        ("a * b:c", binary(a, "*", binary(b, ":", c))),
        ("a:b^c", binary(a, ":", binary(b, "^", c))),
        ("-a^b", unary("-", binary(a, "^", b))),
        ("a^-b:c", binary(binary(a, "^", unary("-", b)), ":", c)),
        ("-a:b", binary(unary("-", a), ":", b)),
        ("-a * b", binary(unary("-", a), "*", b)),
        ("- -a", unary("-", unary("-", a))),
        ("a == b + c", binary(a, "==", binary(b, "+", c))),
        ("not a == b", unary("not", binary(a, "==", b))),
        ("not a and b", binary(unary("not", a), "and", b)),
        ("a or b and c", binary(a, "or", binary(b, "and", c))),
        ("a not in [b, c]", binary(a, "not in", each(b, c))),
        ("not a in b", unary("not", binary(a, "in", b))),
        ("a <-5", binary(a, "<", unary("-", number("5")))),
        # statement words are names where nothing else fits
        ("data + panel:table", binary(name("data"), "+", binary(name("panel"), ":", name("table")))),
        ("label(set)", call("label", name("set"))),
    ],
)
def test_expressions(line: str, tree: s.Expr) -> None:
    assert statement(f"let v = {line}") == s.LetStatement(span=HERE, name=name("v"), value=tree)


@pytest.mark.parametrize(
    ("line", "tree"),
    [
        ('study "Parks"', s.StudyStatement(span=HERE, title="Parks")),
        ('data "x.dta"', s.DataStatement(span=HERE, origin=text("x.dta"))),
        (
            'data "x.xlsx"; sheet="B"; encoding=gb18030',
            s.DataStatement(
                span=HERE,
                origin=text("x.xlsx"),
                options=(option("sheet", text("B")), option("encoding", name("gb18030"))),
            ),
        ),
        (
            "data causaldata::castle",
            s.DataStatement(
                span=HERE, origin=s.Package(span=HERE, package="causaldata", dataset="castle")
            ),
        ),
        ("panel city year", s.PanelStatement(span=HERE, unit=name("city"), time=name("year"))),
        ('label gdp "GDP, \\"real\\""', s.LabelStatement(span=HERE, name=name("gdp"), text='GDP, "real"')),
        ("set z = a + b", s.SetStatement(span=HERE, name=name("z"), value=binary(a, "+", b))),
        ("sample z = not a", s.SampleStatement(span=HERE, name=name("z"), condition=unary("not", a))),
        ("learner z = rf", s.LearnerStatement(span=HERE, name=name("z"), value=name("rf"))),
        (
            "defaults folds=5; reps=5",
            s.DefaultsStatement(
                span=HERE, options=(option("folds", number("5")), option("reps", number("5")))
            ),
        ),
        ('include "common.gip"', s.IncludeStatement(span=HERE, path=text("common.gip"))),
        ("y ~ d", model(None, y_on_d)),
        ("y ~ d | a + b", model(None, formula(y, d, binary(a, "+", b)))),
        ("m <- y ~ d; folds=5", model("m", y_on_d, option("folds", number("5")))),
        (
            "m <- log(y) + a ~ d * x | b",
            model("m", formula(binary(call("log", y), "+", a), binary(d, "*", x), b)),
        ),
        ("m <- base; add=[a, b]", model("m", base("base"), option("add", each(a, b)))),
        (
            "gap <- base - rivals.lowcarbon",
            model("gap", s.Difference(span=HERE, left=name("base"), right=name("rivals.lowcarbon"))),
        ),
        ("`my model` <- (base)", model("my model", base("base"))),
        # statement words as models, columns and options
        ("recent <- base; sample=recent", model("recent", base("base"), option("sample", name("recent")))),
        ("data <- table", model("data", base("table"))),
        ("`let` <- set", model("let", base("set"))),
        ("sample ~ panel | label", model(None, formula(name("sample"), name("panel"), name("label")))),
        ("panel:let ~ d", model(None, formula(binary(name("panel"), ":", name("let")), d))),
        ("m <- x; data=set; table=figure", model("m", base("x"), option("data", name("set")), option("table", name("figure")))),
        ("let let = let", s.LetStatement(span=HERE, name=name("let"), value=name("let"))),
        (
            "table main: a, panel",
            s.TableStatement(span=HERE, name=name("main"), title=None, items=(a, name("panel"))),
        ),
        (
            'table t "T": panel "A." (a, b), c; digits=2',
            s.TableStatement(
                span=HERE,
                name=name("t"),
                title="T",
                items=(s.PanelItem(span=HERE, title="A.", members=(a, b)), c),
                options=(option("digits", number("2")),),
            ),
        ),
        (
            'figure f "F": a, b; scale=2',
            s.FigureStatement(
                span=HERE, name=name("f"), title="F", items=(a, b), options=(option("scale", number("2")),)
            ),
        ),
        ("m <- y ~ # one\n\n  # two\n  d", model("m", y_on_d)),
        ("m <- x; sample=a\n  <\n  -5", model("m", base("x"), option("sample", binary(a, "<", unary("-", number("5")))))),
    ],
)  # fmt: skip
def test_statements(line: str, tree: s.Statement) -> None:
    assert statement(line) == tree


def test_example_of_the_design() -> None:
    file, problems = read(EXAMPLE)
    assert problems == ()
    assert len(file.statements) == len(re.findall(r"(?m)^\w", EXAMPLE)) == 25
    assert len(file.comments) == EXAMPLE.count("#") == 7
    assert all(comment.trailing for comment in file.comments)
    winsor = file.statements[15]
    assert winsor == model("winsor", base("base"), option("winsor", each(percent("1"), percent("5"))))
    lines = EXAMPLE.splitlines()
    for found in file.statements:
        assert lines[found.span.line - 1].startswith(found.span.text.splitlines()[0])


def test_spans_are_places_in_the_whole_text() -> None:
    text = 'study "绿色"\n\nx <- base;\n    het=[a, (f(b, k=c) + d)]'
    file, _ = read(text)
    model_ = file.statements[1]
    assert isinstance(model_, s.ModelStatement)
    assert model_.span.text == text[text.index("x <-") :]
    value = model_.options[0].value
    assert isinstance(value, s.Each)
    second = value.items[1]
    assert isinstance(second, s.Binary)
    assert second.span.text == "(f(b, k=c) + d)"  # parentheses belong to what they enclose
    assert isinstance(second.left, s.Call)
    assert second.left.span.text == "f(b, k=c)"
    assert second.left.name_span.text == "f"
    assert [argument.span.text for argument in second.left.arguments] == ["b", "k=c"]
    assert (second.left.span.line, second.left.span.column) == (4, 14)


# ---------------------------------------------------------------- problems


@pytest.mark.parametrize(
    ("line", "code", "culprit", "message", "remedy"),
    [
        ("let x = (a + b", "G002", "(", "this bracket is never closed", "`)`"),
        ("let x = [a", "G002", "[", "this bracket is never closed", "`]`"),
        ('study "Green', "G002", '"', "this quote is never closed", '`"`'),
        ("let `a = b", "G002", "`", "this backtick is never closed", "backtick"),
        ("base <- y ~ d； x", "G003", "；", "`；` is full-width punctuation", "write `;`"),
        ("  let a = b", "G004", "let", "an indented line continues a statement", "remove the indent"),
        ('tabel main "T": a', "G005", "tabel", "`tabel` does not begin a statement", "did you mean `table`"),
        ('lable gdp "GDP"', "G005", "lable", "`lable` does not begin a statement", "did you mean `label`"),
        ("Defaults folds=5", "G005", "Defaults", "does not begin a statement", "did you mean `defaults`"),
        ("foo bar", "G005", "foo", "`foo` does not begin a statement", "a statement begins with"),
        (") <- b", "G005", ")", "`)` does not begin a statement", "a statement begins with"),
        ("base <- y d | x", "G001", "d", "expected `~`", "a model reads"),
        ("y | x", "G001", "|", "expected `<-` or `~`", "a model reads"),
        ("y ~ ", "G001", "", "the end of the statement is not expected here; expected a name or an expression", "a model reads"),
        ("base <-", "G001", "", "expected a formula or the name of a model", "a model reads"),
        ("base <- y ~ d;", "G001", "", "expected an option such as `folds=5`", "a model reads"),
        ("defaults", "G218", "defaults", "`defaults` says nothing on its own", "`defaults folds=5; reps=5`"),
        ("defaults folds=5;", "G001", "", "expected an option such as `folds=5`", "`defaults folds=5; reps=5`"),
        ("base <- y ~ d; folds", "G001", "", "expected `=`", "an option has a value, as in"),
        ("base <- y ~ d; robust", "G001", "", "expected `=`", "`cluster=` names what"),
        ("base <- y ~ d; robust; folds=3", "G001", ";", "expected `=`", "`cluster=` names what"),
        ("base <- y ~ d; this", "G001", "", "expected `=`", "a model reads"),
        ("table t: a; digits", "G001", "", "expected `=`", "`table main"),
        ("base <- y ~ d | x, robust", "G001", ",", "expected `;`", "`cluster=` names what"),
        ("base <- y ~ d | x, vce(robust)", "G001", ",", "expected `;`", "`cluster=` names what"),
        ("base <- y ~ d | x, absorb(city)", "G001", ",", "expected `;`", "`; fe=city`"),
        ("base <- y ~ d | x, log(z)", "G001", ",", "expected `+`", "joined by `+`"),
        ("base <- y ~ d | x + (1 | city)", "G001", "|", "`|` is not expected here", "`; fe=city`"),
        ("base <- y ~ d | (0 + x | city)", "G001", "|", "`|` is not expected here", "write `or`"),
        ('table t: "A" (a, b)', "G001", '"A"', "expected `panel` or a name", '`panel "A" (a, b)`'),
        ("base <- y ~ d; folds=", "G001", "", "expected a value", "a model reads"),
        ("recent <- base sample=recent", "G001", "sample", "expected `;`", "set apart by `;`"),
        ("defaults folds=5, reps=5", "G001", ",", "expected `;`", "set apart by `;`"),
        ("base <- y ~ d | lngdp, lndens; reps=3", "G001", ",", "expected `+`", "joined by `+`: `lngdp + lndens`"),
        ("base <- y ~ d, year", "G001", ",", "expected `+`", "joined by `+`: `d + year`"),
        ("base <- y ~ d | (a, b)", "G001", ",", "expected `+`", "joined by `+`: `a + b`"),
        ("base <- y ~ d | x, folds=3", "G001", ",", "expected `;`", "set apart by `;`"),
        ("set s = a, `b c`", "G001", ",", "expected `+`", "joined by `+`: `a + `b c``"),
        ("strict <- base; fe=city, year", "G001", ",", "expected `+` or `;`", "write `city + year` or `[a, b]`"),
        ("strict <- base; fe=city, reps=3", "G001", ",", "expected `;`", "set apart by `;`"),
        ("defaults fe=city, year", "G001", ",", "expected `+` or `;`", "write `city + year` or `[a, b]`"),
        ("panel city", "G001", "", "expected a name", "`panel city year`"),
        ("study Parks", "G001", "Parks", "expected a text in quotes", '`study "Title"`'),
        ('panel "A" (a)', "G001", '"A"', "expected a name", "indented lines"),
        ("data panel.dta", "G001", "panel.dta", "expected a text in quotes", 'write `data "panel.dta"`'),
        ("data raw/panel.dta; sheet=1", "G001", "raw", "expected a text in quotes", '`data "raw/panel.dta"`'),
        ("base <- y ~ d\n\n# why\n  quad <- base", "G001", "quad", "`quad` is not expected", "remove the indent"),
        ("let a = b\n    let c = d", "G001", "let", "`let` is not expected", "remove the indent"),
        ("let 5 = a", "G001", "5", "expected a name", "`let lngdp = log(gdp)`"),
        ("table main base", "G001", "base", "expected a text in quotes or `:`", "`table main"),
        ("figure f a", "G001", "a", "expected a text in quotes or `:`", "`figure effects"),
        ('table t: panel "A" a', "G001", "a", "`a` is not expected here", "`table main"),
        ("let x = f(a b)", "G001", "b", "expected `=`, `,` or `)`", "`let lngdp"),
        ("let x = f(a, )", "G001", ")", "expected a name or an expression", "`let lngdp"),
        ("let x = [a b]", "G001", "b", "expected `,` or `]`", "`let lngdp"),
        ("let x = f(a]", "G001", "]", "expected `=`, `,` or `)`", "`let lngdp"),
        ("let x = []", "G001", "]", "expected a name or an expression", "`let lngdp"),
        ("let x = a b", "G001", "b", "expected an operator such as `+` or the end of the statement", "`let lngdp"),
        ("let x == a", "G001", "==", "expected `=`", "write `=` to give a value"),
        ("lngdp = log(gdp)", "G001", "=", "expected `<-` or `~`", "write `let lngdp = ...`"),
        ("sample r = year = 2010", "G001", "=", "`=` is not expected here", "write `==` to compare"),
        ("m <- x; sample=year = 2010", "G001", "=", "`=` is not expected here", "write `==` to compare"),
        ("sample r = a < b < c", "G001", "<", "`<` is not expected here", "join two comparisons"),
        ("sample r = a | b", "G001", "|", "`|` is not expected here", "write `or`"),
        ("sample r = a & b", "G001", "&", "`&` is not expected here", "write `and`"),
        ("sample r = !a", "G001", "!", "`!` is not expected here", "write `not`"),
        ("sample r = a %in% b", "G001", "%", "`%` is not expected here", "write `in`"),
        ("sample r = 5 %in% b", "G001", "%", "`%` is not expected here", "write `in`"),
        ("sample r = a == 'East'", "G001", "'", "`'` is not expected here", "double quotes"),
        ("let x = a ** 2", "G001", "*", "`*` is not expected here", "write `^`"),
        ("let x = df$a", "G001", "$", "`$` is not expected here", "the column alone"),
        ("let x = a − b", "G001", "−", "`−` is not expected here", "write `-`"),
        ("let x = ５", "G001", "５", "`５` is not expected here", "write `5`"),
        ("let x = a\u200bb", "G001", "\u200b", "the invisible character U+200B is not expected", ""),
        ("let x = `` + a", "G001", "`", "a backtick without a name is not expected here", ""),
        ("let x = a\x00", "G001", "\x00", "the control character U+0000 is not expected", "remove"),
        ("base <- y ~ d | x | city", "G218", "|", "a formula has one `|`", "`; fe=city + year`"),
        ("base <- a + b", "G218", "a + b", "this is no model", "a difference of two models"),
        ("base <- a - b - c", "G218", "a - b - c", "this is no model", "a difference of two models"),
        ("base <- log(a)", "G218", "log(a)", "this is no model", "a difference of two models"),
        ("base", "G218", "base", "needs a name of its own", "`name <- base`"),
        ("base - rivals", "G218", "base - rivals", "needs a name of its own", "`name <- base - rivals`"),
        ("base; folds=3", "G218", "base", "needs a name of its own", "`name <- base`"),
    ],
)  # fmt: skip
def test_messages(line: str, code: str, culprit: str, message: str, remedy: str) -> None:
    found = complaint(line)
    assert found.span is not None
    assert (found.code, found.span.text) == (code, culprit)
    assert message in found.message
    assert remedy in (found.help or "")


def test_messages_never_name_terminals() -> None:
    words = {
        "NAME",
        "NUMBER",
        "TEXT",
        "TILDE",
        "ARROW",
        "SEMICOLON",
        "LPAR",
        "RSQB",
        "EQUALS",
        "COLON",
        "END",
    }
    tokens = [
        "a",
        "5",
        '"t"',
        "~",
        "<-",
        "|",
        ";",
        ",",
        ":",
        "=",
        "==",
        "+",
        "not",
        "(",
        ")",
        "[",
        "]",
        "%",
        "let",
    ]
    spoken = set()
    for prefix in [
        "",
        "let",
        "let a",
        "let a =",
        "a",
        "a <-",
        "a <- y ~",
        "a <- y ~ d |",
        "a <- b;",
        "table t",
        "panel",
    ]:
        for token in tokens:
            for problem in read(f"{prefix} {token}".strip())[1]:
                spoken |= {*re.findall(r"\b[A-Z_]{3,}\b", problem.message)}
    assert not spoken & words


def test_a_long_culprit_is_cut_short() -> None:
    message = complaint('let x = "' + "a" * 200 + '" "' + "b" * 200 + '"').message
    assert message.startswith('`"' + "b" * 38 + "…` is not expected here")


def test_the_end_of_a_statement_is_behind_it() -> None:
    found = complaint("let x =    # to do\n")
    assert found.span is not None
    assert (found.span.line, found.span.column) == (1, 8)


def test_each_statement_has_its_problem_and_the_good_ones_stay() -> None:
    file, problems = read(
        'let = 1\nlet a = b\ntabel x\nlet c = (d\nlet e = f\nstudy "x\nlet g ~ h\n  | 3 4\n'
    )
    assert [statement.span.text for statement in file.statements] == ["let a = b", "let e = f"]
    places = [(p.code, p.span.line) for p in problems if p.span]
    assert places == [("G001", 1), ("G005", 3), ("G002", 4), ("G002", 6), ("G001", 7)]


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 5000 + "a" + ")" * 5000,
        "f(" * 5000 + "a" + ")" * 5000,
        "[" * 5000 + "a" + "]" * 5000,
        "-" * 5000 + "a",
        "not " * 5000 + "a",
        "^".join(["a"] * 5000),
        " + ".join(["a"] * 5000),
    ],
)
def test_deep_nesting_is_a_problem_not_a_crash(deep: str) -> None:
    found = complaint(f"let x = {deep}")
    assert found.code == "G007"
    assert f"{MOST_DEPTH} levels" in found.message


def test_the_length_of_a_statement_is_bounded() -> None:
    found = complaint(f"let x = f({', '.join(['a'] * 20_000)})")
    assert (found.code, "50,000 characters" in found.message) == ("G007", True)


@pytest.mark.parametrize(
    ("opener", "closer"),
    [("f(", ")"), ("f(k=", ")"), ("[", "]"), ("-", ""), ("(", ")"), ("-(a + ", ")"), ("a^", "")],
)
def test_nesting_within_the_bound_is_read_and_printed(opener: str, closer: str) -> None:
    """What is legal needs no deep stack: callers stand on a stack of their own already."""
    levels = next(n for n in range(MOST_DEPTH, 0, -1) if not read(f"let x = {opener * n}a{closer * n}")[1])
    assert levels >= MOST_DEPTH // 3 - 1
    line = f"let x = {opener * levels}a{closer * levels}"
    assert statement(print_statement(statement(line))) == statement(line)


@pytest.mark.parametrize("head", ["set x = ", "y ~ d | ", "y ~ "])
def test_formulas_and_sets_take_thousands_of_terms(head: str) -> None:
    sum_ = " + ".join(f"v{i}" for i in range(3000))
    assert print_statement(statement(head + sum_)) == head + sum_


def test_a_long_formula_may_hold_any_operator() -> None:
    long_name = "v" * 160
    for op in ["or", "and", "==", "in", "not in", "+", "-", "*", "/", ":", "^"]:
        line = f"y ~ d | a {op} {long_name}"
        assert statement(line) == model(None, formula(y, d, binary(a, op, name(long_name))))


def test_the_terms_of_a_long_formula_are_bounded_too() -> None:
    deep = "(" * 200 + "a" + ")" * 200
    assert complaint(f"y ~ d | a + {deep} + b").code == "G007"


def test_unclosed_brackets_are_cheap() -> None:
    assert complaint("let x = " + "(" * 50_000).code == "G002"


def test_the_size_of_a_file_is_bounded() -> None:
    file, (found,) = read("# " + "绿" * 350_000)
    assert (found.code, file.statements) == ("G007", ())


def test_the_number_of_statements_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parser.MOST_STATEMENTS == 20_000
    monkeypatch.setattr(parser, "MOST_STATEMENTS", 3)
    file, (found,) = read("let a = b\n" * 3 + "let = 5\n" * 9)
    assert found.span is not None
    assert (len(file.statements), found.code, found.span.line) == (3, "G007", 4)


# ---------------------------------------------------------------- the grammar


@pytest.mark.parametrize("place", ["gipspec/grammar", "grammar"])
def test_the_grammar_is_found_in_a_wheel_and_in_a_checkout(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser, "__file__", str(tmp_path / "gipspec" / "lang" / "parser.py"))
    with pytest.raises(FileNotFoundError, match=r"gipspec\.lark is missing"):
        find_grammar()
    (tmp_path / place).mkdir(parents=True)
    (tmp_path / place / "gipspec.lark").touch()
    assert find_grammar() == tmp_path / place


def test_grammar_has_no_conflicts() -> None:
    pytest.importorskip("interegular")
    assert build_lark(strict=True).parse("let a = b").data == "let"


def test_grammar_knows_the_statement_words_and_no_option() -> None:
    grammar = (find_grammar() / "gipspec.lark").read_text(encoding="utf-8")
    words = set(re.findall(r'"([a-z]+)"', grammar))
    assert words == {*STATEMENTS, "and", "or", "not", "in"}


@pytest.mark.parametrize("line", [*STATEMENTS.values(), MODEL])
def test_the_lines_that_remedies_show_are_right(line: str) -> None:
    assert statement(line).span.text == line


def test_only_the_parser_knows_lark() -> None:
    package = Path(parse.__code__.co_filename).parents[1]
    importing = [
        file.name
        for file in package.rglob("*.py")
        if re.search(r"(?m)^\s*(from|import) lark\b", file.read_text(encoding="utf-8"))
    ]
    assert importing == ["parser.py"]


def test_two_thousand_statements_parse_within_a_second() -> None:
    source = Source.of("long.gip", EXAMPLE * 80)
    seconds = []
    for _ in range(3):  # the first builds the grammar; the fastest is the least disturbed by other work
        begin = time.process_time()
        file, problems = parse(source)
        seconds.append(time.process_time() - begin)
        assert (len(file.statements), problems) == (2000, ())
    assert min(seconds) < 1
