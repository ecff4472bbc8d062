"""The policy tree: who is treated, by what, and with what gain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

from gipspec.engine.results import Results
from gipspec.lang.study import FigureRequest, Study
from gipspec.recipe.found import Series
from gipspec.report.build import provenance_of
from gipspec.report.decimals import fixed, p_value
from gipspec.report.figures.figure import PAGE, Axis, Column, Figure, Line, Mark, Panel, Words
from gipspec.report.figures.members import Cast, Member, cast_of, printed, times
from gipspec.report.figures.options import figure_options
from gipspec.report.figures.parts import called, term_label
from gipspec.report.figures.wording import clustered
from gipspec.report.figures.wrapped import wrapped

KIND = "tree"
MOST = 3  # trees
ROW = 1.1  # inches for a level of nodes
LETTERS = 84  # of a line over the whole width
FIRM = "\u00a0"  # a space at which no line breaks
_DUMMY = re.compile(r"(?P<name>.+)\[(?P<level>.+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    depth: int
    question: str  # empty for a leaf
    yes: int  # the node of rows that answer so, -1 for a leaf
    no: int
    treat: bool
    share: float
    gain: float
    se: float


def tree_figure(request: FigureRequest, results: Results, study: Study) -> Figure:
    """Draw policy trees: questions, leaves with what is done, their shares of the rows and mean gains.

    Raises GipError G503, and G541 for more than three trees.
    """
    options = figure_options(request)
    cast = cast_of(request, results, study, KIND, most=MOST, what="trees")
    trees = [_nodes(m.of_kind(KIND)[0], cast, options.scale) for m in cast.members]
    names = called(cast, request)
    panels = [
        _panel(nodes, names[m.name] if len(trees) > 1 else "")
        for m, nodes in zip(cast.members, trees, strict=True)
    ]
    depths = [1 + max(n.depth for n in nodes) for nodes in trees]
    return Figure(
        name=request.name,
        title=request.title,
        panels=tuple(panels),
        data=_data(cast.members),
        notes=tuple(_notes(cast, names, results, options.scale)),
        provenance=provenance_of(results),
        width=PAGE,
        height=min(9.0, ROW * sum(depths)),
        heights=tuple(float(d) for d in depths),
    )


def _nodes(series: Series, cast: Cast, scale: float) -> list[_Node]:
    columns = dict(series.columns)
    names = ("depth", "feature", "cut", "left", "right", "action", "n", "gain", "se")
    found: list[_Node] = []
    for depth, feature, cut, left, right, action, n, gain, se in zip(
        *(columns[name] for name in names), strict=True
    ):
        question, flipped = _question(str(feature), float(cut), cast)
        ways = (-1, -1) if not question else (int(float(left)), int(float(right)))
        yes, no = ways[::-1] if flipped else ways
        gain, se = times((float(gain), float(se)), scale)
        found.append(
            _Node(
                depth=int(float(depth)),
                question=question,
                yes=yes,
                no=no,
                treat=action == "treat",
                share=float(n) / float(columns["n"][0]),
                gain=gain,
                se=se,
            )
        )
    return found


def _question(feature: str, cut: float, cast: Cast) -> tuple[str, bool]:
    """Return what a node asks, and whether the rows to the right are those that answer yes."""
    if not feature:
        return "", False
    dummy = _DUMMY.fullmatch(feature)
    if dummy and feature not in cast.labels:
        return f"{cast.labels.get(dummy['name'], dummy['name'])} = {dummy['level']}", True
    return f"{term_label(feature, cast.labels)} ≤{FIRM}{cut:.4g}".replace("-", "−"), False


def _panel(nodes: list[_Node], title: str) -> Panel:
    """Lay leaves side by side, and each question over the middle of its answers; yes is to the left."""
    places: dict[int, float] = {}
    leaves = list(_leaves(nodes, 0))
    places |= {leaf: float(at) for at, leaf in enumerate(leaves)}
    for at in reversed(range(len(nodes))):
        if nodes[at].question:
            places[at] = (places[nodes[at].yes] + places[nodes[at].no]) / 2
    deepest = max(n.depth for n in nodes)
    lines: list[Mark] = []
    boxes: list[Mark] = []
    for at, node in enumerate(nodes):
        x, y = places[at], float(-node.depth)
        room = LETTERS // max(2, len(leaves)) if not node.question else LETTERS // (2**node.depth + 1)
        text = _text(node, room, narrow=len(leaves) > 4 and not node.question)
        boxes.append(Words(x=x, y=y, text=text, boxed=True, bold=node.treat))
        for word, child in (("yes", node.yes), ("no", node.no)) if node.question else ():
            end = places[child]
            lines.append(Line(x=(x, end), y=(y, y - 1), thin=True))
            lines.append(Words(x=(x + end) / 2, y=y - 0.5, text=word))
    return Panel(
        marks=(*lines, *boxes),
        title=title,
        x=Axis(low=-0.6, high=len(leaves) - 0.4),
        y=Axis(low=-deepest - 0.5, high=0.5),
        bare=True,
    )


def _leaves(nodes: list[_Node], at: int) -> Iterator[int]:
    """Yield the leaves below a node from left to right."""
    if not nodes[at].question:
        yield at
        return
    yield from _leaves(nodes, nodes[at].yes)
    yield from _leaves(nodes, nodes[at].no)


def _text(node: _Node, room: int, *, narrow: bool) -> str:
    gain = printed(node.gain)
    gap = "\n" if narrow else " "
    error = "" if isnan(node.se) else f"{gap}({fixed(node.se, 3)})"
    if node.question:
        head = wrapped(node.question, max(room, 14)).replace(FIRM, " ")
    else:
        head = "Treat" if node.treat else "Do not treat"
    return f"{head}\n{fixed(100 * node.share, 0)}% of rows\n{gain}{error}"


def _data(members: tuple[Member, ...]) -> tuple[Column, ...]:
    columns = [dict(m.of_kind(KIND)[0].columns) for m in members]
    models = tuple(m.name for m, c in zip(members, columns, strict=True) for _ in c["node"])
    return (("model", models), *((name, tuple(v for c in columns for v in c[name])) for name in columns[0]))


def _notes(cast: Cast, names: dict[str, str], results: Results, scale: float) -> list[str]:
    notes = [
        *cast.sentences(results.draft),
        "In each question and leaf: its share of the rows, and the mean gain of treating them, with "
        f"its standard error in parentheses, {clustered((m.first for m in cast.members), cast.labels)}.",
        "The tree was chosen for these gains, which flatters them.",
    ]
    for m in cast.members:
        of = f" of {names[m.name]}" if len(cast.members) > 1 else ""
        value = next((e for e in m.estimates if e.key == "policy.value"), None)
        if value is not None:
            coef, se = (printed(v * scale) for v in (value.coef, value.se))
            notes.append(
                f"On rows that it was not chosen on, the policy{of} gains {coef} ({se}) a row over treating "
                f"nobody, {p_value(value.p)}."
            )
    return notes
