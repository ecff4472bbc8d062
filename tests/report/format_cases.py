"""Tables made by hand, for what a writer does with each kind of cell and row."""

from __future__ import annotations

from collections.abc import Iterable

from gipspec.report.cells import DASH, EMPTY, Coefficient, Interval, Mark, Math, Number, Text
from gipspec.report.table import Block, HeaderCell, HeaderRow, Provenance, Row, Table

PROVENANCE = Provenance(
    study="Parks", spec="gip.gip", data="panel.dta", data_hash="0123456789ab", version="0.1.0"
)

HOSTILE = (
    "\\input{/etc/passwd}",
    "\\write18{touch /tmp/x}",
    "<script>alert(1)</script>",
    "--><img src=x onerror=alert(1)>",
    "=cmd()",
    "=HYPERLINK(1)",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "＝cmd()",
    "\t=cmd()",
    "| a | b |",
    "# heading",
    "- item",
    "1. item",
    "*bold* _it_ **b** `code` ~~no~~",
    "[link](javascript:alert(1)) ![x](y) www.a.b http://a.b <http://a.b> a@b.c :tada: &amp; &#60;",
    '#include "/etc/passwd" #eval("1") $x^2$ @label <label> // no /* no */',
    'say "no" \\" \\u{41} \\n',
    "{{ 7*7 }} {% raw %} <<x>> <% x %> {# x #}",
    "_x0041_ _x005F_",
    "绿色工业园区，韧性",
    "ends with \\",
    "two\nlines\r\nand\x00\x1b[31m control \u202e\u2066bidi\ufffe",
    "very " * 200 + "long",
    "W" * 600,
)


def columns(*cells: Text, rule: bool = False) -> HeaderRow:
    return HeaderRow(stub=EMPTY, cells=tuple(HeaderCell(cell=c, rule=rule) for c in cells))


def handmade() -> Table:
    """Two panels under a common heading, the second narrower; every kind of cell."""
    spanner = HeaderRow(
        stub=EMPTY,
        cells=(
            HeaderCell(cell=Text(text="Resilience & co"), span=2, rule=True),
            HeaderCell(cell=Text(text="Upgrading"), rule=True),
        ),
    )
    first = Block(
        title="A. Samples",
        header=(columns(Text(text="(1)"), Text(text="(2)"), Text(text="(3)")),),
        rows=(
            Row(
                stub=Text(text="Park"),
                cells=(
                    Coefficient(value=0.0525, digits=3, p=0.001),
                    Coefficient(value=-1234.5, digits=3, p=0.03),
                    EMPTY,
                ),
            ),
            Row(
                stub=EMPTY,
                cells=(
                    Number(value=0.0111, digits=3, brackets="()"),
                    Interval(low=-1.5, high=2.25, digits=2),
                    EMPTY,
                ),
                kind="below",
            ),
            Row(
                stub=Text(text="Park × openness"),
                cells=(EMPTY, EMPTY, Coefficient(value=0.2, digits=3, p=0.5)),
            ),
            Row(
                stub=EMPTY,
                cells=(EMPTY, EMPTY, Number(value=float("nan"), digits=3, brackets="()")),
                kind="below",
            ),
        ),
        footer=(Row(stub=Text(text="Controls"), cells=(Mark(on=True), Mark(on=False), DASH), kind="footer"),),
    )
    second = Block(
        title="B. A panel whose title is too long to stand beside headings",
        header=(columns(Text(text="(4)"), Text(text="(5)"), Text(text="")),),
        rows=(Row(stub=Text(text="Sign"), cells=(Math(latex="+", plain="+"), Text(text="rf"), EMPTY)),),
    )
    total = Row(stub=Text(text="Observations"), cells=(Number(value=5058, digits=0),) * 3, kind="footer")
    return Table(
        name="main",
        title="Baseline",
        columns=3,
        blocks=(first, second),
        notes=(Text(text="Standard errors in parentheses."), Math(latex="p<0.1", plain="* p<0.1.")),
        provenance=PROVENANCE,
        header=(spanner,),
        footer=(total,),
        draft=True,
    )


def listed(texts: Iterable[str]) -> Table:
    """A table with a line for each text."""
    rows = tuple(Row(stub=Text(text=text), cells=(EMPTY,)) for text in texts)
    block = Block(title="", header=(columns(Text(text="(1)")),), rows=rows)
    return Table(name="labels", title="Labels", columns=1, blocks=(block,), notes=(), provenance=PROVENANCE)


def labelled(text: str) -> Table:
    """A table with `text` in every place that a user's text can reach."""
    cell = Text(text=text)
    block = Block(
        title=text,
        header=(HeaderRow(stub=cell, cells=(HeaderCell(cell=cell, span=2, rule=True),)),),
        rows=(Row(stub=cell, cells=(cell, Coefficient(value=0.5, digits=3, p=0.001))),),
        footer=(Row(stub=cell, cells=(cell, cell), kind="footer"),),
    )
    return Table(
        name="main",
        title=text,
        columns=2,
        blocks=(block,),
        notes=(cell, Text(text="p<0.1.")),
        provenance=Provenance(study=text, spec=text, data=text, data_hash="0123456789ab", version="0.1.0"),
    )
