"""Any tree survives printing and parsing; no text whatever makes the parser raise."""

# ruff: noqa: E501 -- strategies of one row a line

import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gipspec.lang import syntax as s
from gipspec.lang.operators import BINARY, UNARY
from gipspec.lang.parser import parse
from gipspec.lang.printer import format_file, print_expr, print_statement
from gipspec.lang.scanner import scan
from gipspec.lang.statements import MODEL, STATEMENTS
from gipspec.source import Source, Span

HERE = st.just(Span(source=Source.of("tree", ""), start=0, end=0))
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

# ---------------------------------------------------------------- trees

printable = st.characters(exclude_categories=("Cc", "Cs"))
odd_names = (
    st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="`"), min_size=1, max_size=6)
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(lambda text: "`" not in text)  # the composed form of U+1FEF is a backtick
)
name_texts = st.one_of(
    st.sampled_from(["a", "b", "gdp.pc", "folds.3", "绿色", "e\u0301", "x_1", "and", "not", "in", "or", "2b", "a..b"]),
    st.sampled_from([*STATEMENTS]),
    odd_names,
).map(lambda text: unicodedata.normalize("NFC", text))  # fmt: skip
texts = st.text(printable | st.sampled_from('"\\#\t'), max_size=8)
numbers = st.one_of(
    st.integers(0, 10**9).map(str),
    st.sampled_from(["0.05", ".5", "1e-3", "2.50E+10", "007", "1" * 30]),
)

names = st.builds(s.Name, span=HERE, text=name_texts)
atoms = st.one_of(
    names,
    st.builds(s.Number, span=HERE, text=numbers),
    st.builds(s.Percent, span=HERE, text=numbers),
    st.builds(s.Text, span=HERE, value=texts),
)


def larger(parts: st.SearchStrategy[s.Expr]) -> st.SearchStrategy[s.Expr]:
    arguments = st.builds(s.Argument, span=HERE, name=st.none() | name_texts, value=parts)
    few = st.lists(arguments, max_size=3).map(tuple)
    return st.one_of(
        st.builds(s.Binary, span=HERE, op=st.sampled_from([*BINARY]), left=parts, right=parts),
        st.builds(s.Binary, span=HERE, op=st.sampled_from([*BINARY]), left=parts, right=parts),
        st.builds(s.Unary, span=HERE, op=st.sampled_from([*UNARY]), operand=parts),
        st.builds(s.Range, span=HERE, low=parts, high=parts),
        st.builds(s.Each, span=HERE, items=st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(s.Call, span=HERE, function=name_texts, arguments=few, name_span=HERE),
    )


exprs = st.recursive(atoms, larger, max_leaves=12)
options = st.lists(st.builds(s.Option, span=HERE, name=names, value=exprs), max_size=3).map(tuple)
titles = st.none() | texts
formulas = st.builds(s.Formula, span=HERE, outcome=exprs, treatment=exprs, controls=st.none() | exprs)
heads = st.one_of(
    formulas,
    st.builds(s.Variation, span=HERE, base=names),
    st.builds(s.Difference, span=HERE, left=names, right=names),
)
members = st.lists(names, min_size=1, max_size=4).map(tuple)
items = st.lists(
    names | st.builds(s.PanelItem, span=HERE, title=texts, members=members), min_size=1, max_size=4
)
origins = st.one_of(
    st.builds(s.Text, span=HERE, value=texts),
    st.builds(s.Package, span=HERE, package=name_texts, dataset=name_texts),
)
statements = st.one_of(
    st.builds(s.StudyStatement, span=HERE, title=texts),
    st.builds(s.DataStatement, span=HERE, origin=origins, options=options),
    st.builds(s.PanelStatement, span=HERE, unit=names, time=names),
    st.builds(s.LabelStatement, span=HERE, name=names, text=texts),
    st.builds(s.LetStatement, span=HERE, name=names, value=exprs),
    st.builds(s.SetStatement, span=HERE, name=names, value=exprs),
    st.builds(s.SampleStatement, span=HERE, name=names, condition=exprs),
    st.builds(s.LearnerStatement, span=HERE, name=names, value=exprs),
    st.builds(s.DefaultsStatement, span=HERE, options=options.filter(bool)),
    st.builds(s.IncludeStatement, span=HERE, path=st.builds(s.Text, span=HERE, value=texts)),
    st.builds(s.ModelStatement, span=HERE, name=st.none(), head=formulas, options=options),
    st.builds(s.ModelStatement, span=HERE, name=names, head=heads, options=options),
    st.builds(s.TableStatement, span=HERE, name=names, title=titles, items=items.map(tuple), options=options),
    st.builds(s.FigureStatement, span=HERE, name=names, title=titles, items=members, options=options),
    st.builds(s.AuditStatement, span=HERE, code=names, items=st.just(()) | members, reason=texts),
)


def read(text: str) -> s.SpecFile:
    file, problems = parse(Source.of("a.gip", text))
    assert problems == ()
    return file


@given(exprs)
@relaxed
def test_expressions_survive(tree: s.Expr) -> None:
    assert read(f"let v = {print_expr(tree)}").statements[0] == s.LetStatement(
        span=tree.span, name=s.Name(span=tree.span, text="v"), value=tree
    )


@given(st.lists(statements, min_size=1, max_size=5))
@relaxed
def test_statements_survive(trees: list[s.Statement]) -> None:
    text = "\n".join(print_statement(tree) for tree in trees)
    assert read(text).statements == tuple(trees)


@given(st.lists(statements, max_size=5), st.data())
@relaxed
def test_files_survive_with_their_comments(trees: list[s.Statement], data: st.DataObject) -> None:
    """Formatting changes no tree, loses no comment, and done twice is the same as done once."""
    comment = texts.map(lambda text: f"#{text}")
    lines = []
    for tree in trees:
        lines += data.draw(st.lists(st.just("") | comment | comment.map("  {}".format), max_size=3))
        first, *rest = print_statement(tree).split("\n")
        behind = data.draw(st.just("") | comment.map(" {}".format))
        lines += [first + behind, *rest]
    file = read("\n".join(lines))
    once = format_file(file)
    again = read(once)
    assert again.statements == file.statements == tuple(trees)
    assert sorted(c.text for c in again.comments) == sorted(c.text for c in file.comments)
    assert format_file(again) == once


# ---------------------------------------------------------------- any text

SPEC = "\n".join(
    [*STATEMENTS.values(), MODEL, 'table t "T":', '    panel "A" (a),', "    b # why", "m <- x; add=[", "a]"]
)
words = st.sampled_from(
    ["let", "table", "panel", "a", "`b c`", '"t"', "5", "1%", "<-", "~", "|", ";", ",", ":", "::", "=", "==", "..", "+",
     "-", "*", "^", "not", "in", "and", "(", ")", "[", "]", "#", "`", '"', "\\", "\n", "\n  ", " ", "（", "；", "\x00", "绿"]
)  # fmt: skip
any_text = st.one_of(
    st.text(max_size=60),
    st.lists(words, max_size=30).map(" ".join),
    st.lists(words, max_size=30).map("".join),
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A good spec in which some stretches were overwritten."""
    text = SPEC
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 5)))
        text = text[:start] + draw(words | st.text(max_size=3) | st.just("")) + text[end:]
    return text


@given(any_text | mutated())
@settings(relaxed, max_examples=300)
def test_no_text_makes_the_parser_raise(text: str) -> None:
    source = Source.of("a.gip", text)
    file, problems = parse(source)
    cut = scan(source)
    places = [p.span for p in problems if p.span is not None]
    assert len(places) == len(problems)
    assert all(0 <= place.start <= place.end <= len(source.text) for place in places)
    assert [place.start for place in places] == sorted(place.start for place in places)
    # each statement is either good or has one problem
    comments = [p.span for p in cut.problems]
    good = [statement.span for statement in file.statements]
    bad = [place for place in places if place not in comments]
    left = [stretch.span for stretch in cut.stretches if stretch.span not in good]
    assert len(left) == len(cut.stretches) - len(good) == len(bad)
    assert all(span.start <= place.start <= span.end for span, place in zip(left, bad, strict=True))
    # a good statement is as good on its own
    for statement in file.statements:
        assert read(statement.span.text).statements == (statement,)


@given(mutated())
@relaxed
def test_formatting_what_is_good_is_idempotent(text: str) -> None:
    file, problems = parse(Source.of("a.gip", text))
    if not problems:
        once = format_file(file)
        assert read(once).statements == file.statements
        assert format_file(read(once)) == once


def test_the_spec_to_mutate_is_good() -> None:
    assert len(read(SPEC).statements) == len(STATEMENTS) + 3
