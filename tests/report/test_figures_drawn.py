"""Figures on paper: bytes that do not change, embedded fonts, any text, what is read in grey; files."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unicodedata import name as letter_name

import numpy as np
import pytest
from report_factory import SPAN, estimate, results, study

from gipspec.lang.study import FigureRequest, Study
from gipspec.report import write_outputs
from gipspec.report.build import provenance_of
from gipspec.report.figures import Figure
from gipspec.report.figures import draw as drawing
from gipspec.report.figures.caption import caption_latex, caption_text
from gipspec.report.figures.draw import Drawn, draw
from gipspec.report.figures.draw.fonts import _glyphs, _is_cff, fonts_for
from gipspec.report.figures.draw.style import SERIES
from gipspec.report.figures.drawn import NAME as RECORDS
from gipspec.report.figures.figure import (
    Axis,
    Band,
    Bars,
    Contours,
    Heatmap,
    Line,
    Panel,
    Points,
    Reference,
    Steps,
    Words,
)
from gipspec.report.figures.finish import finished
from gipspec.report.figures.numbers import csv_figure

needs_poppler = pytest.mark.skipif(shutil.which("pdffonts") is None, reason="poppler-utils is not installed")
UGARITIC = "\U00010380\U00010381"  # letters that no usual machine has

EVERYTHING = Panel(
    marks=(
        Band(x=(0.0, 1.0, 2.0), low=(0.0, 0.1, 0.2), high=(0.5, 0.6, 0.7), light=True, label="Band"),
        Bars(edges=(0.0, 0.5, 1.0), heights=(0.3, 0.4), label="Bars"),
        Line(x=(0.0, 2.0), y=(0.1, 0.9), label="Line"),
        Steps(x=(0.0, 1.0, 2.0), y=(0.1, 0.4, 0.2), style=2, label="Steps"),
        Points(x=(0.5, 1.5), y=(0.3, 0.6), low=(0.1, 0.5), high=(0.5, 0.7), label="Points"),
        Reference(at=0.5, label="Reference"),
        Words(x=1.0, y=0.8, text="Words", boxed=True),
    ),
    title="Panel A",
    x=Axis(label="Across"),
    y=Axis(label="Upwards", ticks=((0.0, "none"), (0.5, "half")), heads=(0.5,)),
)
GRID = tuple(tuple(float(i * j) for i in range(5)) for j in range(5))
FIELDS = Panel(
    marks=(
        Heatmap(x=(0, 1, 2, 3, 4), y=(0, 1, 2, 3, 4), z=GRID, label="Shade"),
        Contours(x=(0, 1, 2, 3, 4), y=(0, 1, 2, 3, 4), z=GRID, levels=(2.0, 8.0), zero=4.0, label="Four"),
    ),
)


def figure(*panels: Panel, **changes: object) -> Figure:
    made = Figure(
        name="main",
        title="Everything",
        panels=panels or (EVERYTHING, FIELDS),
        data=(("model", ("base", "=cmd()")), ("coef", (0.1, float("nan")))),
        notes=("Bars are 95% intervals.",),
        provenance=provenance_of(results([])),
        columns=len(panels) or 2,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def labelled(text: str, **changes: object) -> Figure:
    return figure(Panel(marks=(Points(x=(0.0,), y=(1.0,)),), x=Axis(label=text)), **changes)


def tool(command: str, data: bytes, folder: Path, *arguments: str) -> str:
    path = folder / "a.pdf"
    path.write_bytes(data)
    return subprocess.run(
        [command, *arguments, str(path), *(["-"] if command == "pdftotext" else [])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def pixels(png: bytes) -> np.ndarray:
    from matplotlib.image import imread

    return np.asarray(imread(io.BytesIO(png), format="png"))[:, :, :3]


# ---------------------------------------------------------------- drawing


def test_the_same_figure_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib, sys; sys.path[:0] = ['tests/report']; from test_figures_drawn import figure, draw;"
        "d = draw(figure()); print(hashlib.sha256(d.pdf + d.png).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "7"},
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    here = draw(figure())
    assert done.stdout.strip() == hashlib.sha256(here.pdf + here.png).hexdigest()


@needs_poppler
def test_a_figure_has_its_size_its_fonts_and_its_words(tmp_path: Path) -> None:
    drawn = draw(figure(width=6.5, height=3.0))
    assert "468 x 216 pts" in tool("pdfinfo", drawn.pdf, tmp_path)
    assert "Creat" + "ionDate" not in tool("pdfinfo", drawn.pdf, tmp_path)
    assert pixels(drawn.png).shape[:2] == (900, 1950)
    fonts = tool("pdffonts", drawn.pdf, tmp_path).splitlines()[2:]
    assert fonts and all("TrueType" in line and " yes yes " in line for line in fonts)
    words = tool("pdftotext", drawn.pdf, tmp_path).split()
    assert {"Panel", "Across", "Upwards", "half", "Words", "Band", "Points", "Four", "Shade"} <= set(words)
    assert "Everything" not in words


@needs_poppler
def test_titles_only_where_they_are_asked_for_and_drafts_marked(tmp_path: Path) -> None:
    words = tool("pdftotext", draw(figure(titled=True, draft=True)).pdf, tmp_path)
    assert "Everything" in words and "DRAFT" in words


@needs_poppler
@pytest.mark.parametrize(
    "text", ["$x^{2}$ and $", r"\frac{1}{2} & 100% {", "a_b^c <&> 'q' \"r\"", "−0.5 × θ̂"]
)
def test_no_text_is_obeyed(text: str, tmp_path: Path) -> None:
    drawn = draw(labelled(text))
    assert drawn.missing == ""
    shown = "".join(tool("pdftotext", drawn.pdf, tmp_path).split())
    assert "".join(text.split()) in shown


def test_control_and_invisible_characters_are_not_drawn() -> None:
    assert draw(labelled("a\x00b\u202ec\u2028d")) == draw(labelled("a b" + "c d"))


@needs_poppler
def test_chinese_without_boxes(tmp_path: Path) -> None:
    if fonts_for(["韧性"], sans=False).missing:
        pytest.skip("no font for Chinese on this machine")
    drawn = draw(labelled("产业链韧性", title="绿色园区", titled=True))
    assert drawn.missing == ""
    shown = tool("pdftotext", drawn.pdf, tmp_path)
    assert "产业链韧性" in shown and "绿色园区" in shown


def test_letters_that_no_font_has_are_told() -> None:
    assert letter_name(UGARITIC[0]).startswith("UGARITIC")
    drawn = draw(labelled(f"y {UGARITIC}"))
    assert drawn.missing == UGARITIC
    assert drawn.pdf.startswith(b"%PDF") and drawn.png.startswith(b"\x89PNG")


def test_a_file_that_is_no_font_has_no_letters(tmp_path: Path) -> None:
    (tmp_path / "bad.ttf").write_bytes(b"no font")
    assert _glyphs(str(tmp_path / "bad.ttf")) == _glyphs(str(tmp_path / "gone.ttf")) == frozenset()


@pytest.mark.parametrize(
    ("head", "cff"),
    [
        (b"OTTO" + b"\0" * 20, True),
        (b"\0\1\0\0" + b"\0" * 20, False),
        (b"ttcf\0\1\0\0\0\0\0\1\0\0\0\x10OTTO", True),
        (b"ttcf\0\1\0\0\0\0\0\1\0\0\0\x10\0\1\0\0", False),
    ],
)
def test_outlines_that_cannot_be_embedded_as_truetype(head: bytes, cff: bool, tmp_path: Path) -> None:
    (tmp_path / "a.font").write_bytes(head)
    assert _is_cff(str(tmp_path / "a.font")) is cff


def luminance(colour: str) -> float:
    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.299 * r + 0.587 * g + 0.114 * b


def test_series_are_told_apart_without_colour() -> None:
    assert len({s.marker for s in SERIES}) == len(SERIES)
    assert len({s.line for s in SERIES}) == len(SERIES)
    light = [luminance(s.colour) for s in SERIES[:2]]
    assert light[1] - light[0] > 0.2


def test_hollow_and_filled_markers_differ_in_ink() -> None:
    dark = []
    for hollow in (False, True):
        panel = Panel(marks=(Points(x=(0.0,), y=(0.0,), hollow=hollow),), bare=True)
        dark.append(int((pixels(draw(figure(panel)).png) < 0.5).sum()))
    assert dark[0] > 1.5 * dark[1] > 0


@pytest.mark.parametrize(
    "names", [["a", "b"], ["Units that are never treated", "Units that are not treated yet"], ["x" * 20] * 5]
)
def test_a_legend_stays_on_the_page(names: list[str]) -> None:
    marks = tuple(Points(x=(0.0,), y=(0.0,), label=f"{name}{i}") for i, name in enumerate(names))
    ink = (pixels(draw(figure(Panel(marks=marks))).png) < 0.9).any(axis=2)
    assert not ink[:, :6].any() and not ink[:, -6:].any()
    assert ink[-60:].any()


@needs_poppler
def test_a_name_with_an_underscore_in_front_has_its_entry(tmp_path: Path) -> None:
    marks = tuple(Points(x=(0.0,), y=(float(k),), style=k, label=f"_tw{k}") for k in range(2))
    text = tool("pdftotext", draw(figure(Panel(marks=marks))).pdf, tmp_path)
    assert "_tw0" in text and "_tw1" in text


def test_long_labels_are_broken_and_stay_on_the_page() -> None:
    long = "Resilience of the industrial chains of cities that have a green park of their own"
    bare = figure(
        Panel(marks=(Points(x=(0.0,), y=(0.0,)),), x=Axis(label=long), y=Axis(label=f"{long}, 韧性"))
    )
    asked_for = FigureRequest(name="main", kind="event", title=long, members=(), span=SPAN)
    made = finished(
        dataclasses.replace(bare, title=long), dataclasses.replace(asked_for, options=(("title", True),))
    )
    assert made.panels[0].x.label.replace("\n", " ") == long
    assert made.panels[0].y.label.count("\n") == 2
    ink = (pixels(draw(made).png) < 0.9).any(axis=2)
    edge = np.concatenate([ink[:4].ravel(), ink[-4:].ravel(), ink[:, :4].ravel(), ink[:, -4:].ravel()])
    assert not edge.any()


def test_a_bare_panel_has_no_axes() -> None:
    panel = Panel(marks=(), bare=True)
    assert (pixels(draw(figure(panel)).png) == 1.0).all()


# ---------------------------------------------------------------- numbers and captions


def test_the_numbers_have_all_their_digits_and_no_formula() -> None:
    assert csv_figure(figure()) == "\ufeffmodel,coef\r\nbase,0.1\r\n'=cmd(),\r\n"


def test_a_caption_is_escaped_and_says_what_it_is_of() -> None:
    made = figure(title="100% R&D_1", notes=("p < 0.05, a_b.", "Second."), draft=True)
    text = caption_latex(made)
    assert r"\caption{100\% R\&D\_1 (DRAFT)}\label{fig:main}" in text
    assert r"p \textless{} 0.05, a\_b." in text
    assert text.startswith("% Caption of figure main of gip.gip")
    assert caption_text(made) == "100% R&D_1 (DRAFT)\n\nNotes: p < 0.05, a_b. Second.\n"
    assert "XeLaTeX" in caption_latex(figure(title="动态效应"))
    assert "XeLaTeX" not in text


@pytest.mark.latex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX on this machine")
def test_a_paper_takes_figure_and_caption(tmp_path: Path) -> None:
    (tmp_path / "main.pdf").write_bytes(draw(figure()).pdf)
    (tmp_path / "main.tex").write_text(caption_latex(figure(title="100% R&D")), encoding="utf-8")
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\\usepackage{graphicx}\\begin{document}See Figure~\\ref{fig:main}.\n"
        "\\begin{figure}\\centering\\includegraphics{main.pdf}\\input{main.tex}\\end{figure}\\end{document}\n",
        encoding="utf-8",
    )
    for _ in range(2):
        subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
    text = tool("pdftotext", (tmp_path / "paper.pdf").read_bytes(), tmp_path)
    assert "Figure 1: 100% R&D" in text and "See Figure 1." in text and "Notes: Bars are 95%" in text


# ---------------------------------------------------------------- files


def asked(*members: str, name: str = "plot", kind: str = "coefficients") -> FigureRequest:
    return FigureRequest(name=name, kind=kind, title="Plot", members=members, span=SPAN)


def with_figures(*requests: FigureRequest) -> Study:
    return study(figures=requests)


def files(folder: Path) -> dict[str, bytes]:
    found = sorted(p for p in (folder / "figures").rglob("*") if p.is_file())
    return {p.name: p.read_bytes() for p in found}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each drawing, and make it fast."""
    found: list[str] = []

    def note(made: Figure) -> Drawn:
        found.append(made.name)
        return Drawn(pdf=b"%PDF " + made.name.encode(), png=repr(made).encode(), missing="")

    monkeypatch.setattr(drawing, "draw", note)
    return found


def test_the_files_of_a_figure_stand_in_the_lock(tmp_path: Path) -> None:
    made = results([estimate("base"), estimate("quad")])
    assert write_outputs(made, with_figures(asked("base", "quad")), tmp_path / "one") == ()
    assert write_outputs(made, with_figures(asked("base", "quad")), tmp_path / "two") == ()
    assert files(tmp_path / "one") == files(tmp_path / "two")
    names = {f"plot.{ending}" for ending in ("pdf", "png", "csv", "tex", "txt")}
    assert set(files(tmp_path / "one")) == {*names, ".drawn.json"}
    lock = json.loads((tmp_path / "one" / "gipspec.lock").read_text(encoding="utf-8"))
    assert {f"figures/{name}" for name in names} <= set(lock["outputs"])
    assert RECORDS not in lock["outputs"]


def test_a_figure_is_drawn_when_something_has_changed(tmp_path: Path, drawn: list[str]) -> None:
    spec = with_figures(asked("base"), asked("quad", name="other"))
    made = results([estimate("base"), estimate("quad")])

    def write(results: object) -> list[str]:
        drawn.clear()
        assert write_outputs(results, spec, tmp_path) == ()  # type: ignore[arg-type]
        return list(drawn)

    assert write(made) == ["plot", "other"]
    before = files(tmp_path)
    lock = (tmp_path / "gipspec.lock").read_bytes()
    assert write(made) == []
    assert (files(tmp_path), (tmp_path / "gipspec.lock").read_bytes()) == (before, lock)
    assert write(results([estimate("base"), estimate("quad", 0.2)])) == ["other"]
    write(made)
    (tmp_path / "figures" / "plot.png").write_bytes(b"touched")
    assert write(made) == ["plot"]
    (tmp_path / "figures" / "other.pdf").unlink()
    assert write(made) == ["other"]
    assert files(tmp_path) == before
    (tmp_path / RECORDS).write_text("[no record", encoding="utf-8")
    assert write(made) == ["plot", "other"]


def test_a_figure_with_letters_missing_is_drawn_and_told_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "draw", lambda _: Drawn(pdf=b"%PDF", png=b"png", missing=UGARITIC * 20))
    for _ in range(2):
        (found,) = write_outputs(results([estimate("base")]), with_figures(asked("base")), tmp_path)
        assert (found.code, found.severity, found.span) == ("G542", "warning", SPAN)
        assert found.message.endswith(f"`plot`: {UGARITIC * 10}...")
    assert set(files(tmp_path)) >= {"plot.pdf", "plot.png", "plot.csv"}


def test_a_figure_that_cannot_be_made_spares_the_others(tmp_path: Path, drawn: list[str]) -> None:
    spec = with_figures(asked("gone", name="bad"), asked(kind="event", name="empty"), asked("base"))
    problems = write_outputs(results([estimate("base")]), spec, tmp_path)
    assert [(p.code, p.span) for p in problems] == [("G503", SPAN), ("G503", SPAN)]
    assert drawn == ["plot"]


@pytest.mark.parametrize("name", ["../evil", "a/b", "..", "con", "a b", ".hidden"])
def test_names_that_leave_the_folder_are_refused(name: str, tmp_path: Path, drawn: list[str]) -> None:
    (found,) = write_outputs(results([estimate("base")]), with_figures(asked("base", name=name)), tmp_path)
    assert found.code == "G501" and drawn == []
    assert not (tmp_path / "figures").exists()


def test_names_that_some_disks_take_for_one(tmp_path: Path, drawn: list[str]) -> None:
    spec = with_figures(asked("base", name="Plot"), asked("base", name="plot"))
    (found,) = write_outputs(results([estimate("base")]), spec, tmp_path)
    assert "the figure `Plot` has this file already" in found.message
    assert drawn == ["Plot"]


def test_a_folder_that_cannot_be_written(tmp_path: Path, drawn: list[str]) -> None:
    (tmp_path / "figures").write_text("in the way", encoding="utf-8")
    problems = write_outputs(results([estimate("base")]), with_figures(asked("base")), tmp_path)
    assert {p.code for p in problems} == {"G501"}
    assert (tmp_path / "figures").read_text(encoding="utf-8") == "in the way"


def test_drafts_are_marked(tmp_path: Path, drawn: list[str]) -> None:
    write_outputs(results([estimate("base")], draft=True), with_figures(asked("base")), tmp_path)
    assert "(DRAFT)" in files(tmp_path)["plot.tex"].decode()
    assert "not to be published" in files(tmp_path)["plot.txt"].decode()
