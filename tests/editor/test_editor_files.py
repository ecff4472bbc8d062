"""Colours, snippets, notebooks and documents: what is shipped for other programs."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from pygments import lex
from pygments.token import Comment, Error, Keyword, Name, String
from spec_texts import SPEC, folder_of

from gipspec.editor.highlight import GipLexer
from gipspec.editor.notebook import register, run_cell
from gipspec.lang.parser import parse
from gipspec.lang.statements import STATEMENTS
from gipspec.source import Source

ROOT = Path(__file__).parents[2]
VSCODE = ROOT / "docs" / "editors" / "vscode"
SPECS = sorted((ROOT / "specs").glob("*.gip"))


# ---------------------------------------------------------------- colours


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.name)
def test_every_character_of_a_spec_has_a_colour(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tokens = list(lex(text, GipLexer(stripnl=False, ensurenl=False)))
    assert "".join(value for _, value in tokens) == text
    assert not [value for kind, value in tokens if kind is Error]


def test_words_have_the_colours_of_what_they_are() -> None:
    text = 'let lngdp = log(gdp)  # why\nbase <- y ~ d | x; learner=rf(trees=5)\ntable t "T": base\n'
    kinds = {value: kind for kind, value in lex(text, GipLexer())}
    assert kinds["let"] is kinds["table"] is Keyword
    assert kinds["log"] is Name.Function
    assert kinds["base"] is Name  # in the table; where it is defined it is a class
    assert kinds["learner"] is kinds["trees"] is Name.Attribute
    assert kinds["rf"] is Name.Builtin
    assert kinds['"T"'] is String.Double
    assert kinds["# why"] is Comment.Single


def test_a_column_named_like_a_statement_is_no_keyword() -> None:
    kinds = [(kind, value) for kind, value in lex("set <- data ~ label\n", GipLexer()) if value.strip()]
    assert Keyword not in {kind for kind, _ in kinds}


# ---------------------------------------------------------------- VS Code


def test_the_grammar_of_the_extension_knows_the_statements() -> None:
    grammar = json.loads((VSCODE / "syntaxes" / "gip.tmLanguage.json").read_text(encoding="utf-8"))
    (rule,) = (p["match"] for p in grammar["patterns"] if p["match"].startswith("^(study"))
    assert set(rule[2 : rule.index(")")].split("|")) == set(STATEMENTS)


def test_files_that_the_extension_names_are_there() -> None:
    package = json.loads((VSCODE / "package.json").read_text(encoding="utf-8"))
    contributed = package["contributes"]
    paths = [package["main"], contributed["languages"][0]["configuration"]]
    paths += [entry["path"] for kind in ("grammars", "snippets") for entry in contributed[kind]]
    assert all((VSCODE / path).is_file() for path in paths)
    json.loads((VSCODE / "language-configuration.json").read_text(encoding="utf-8"))


def test_snippets_are_specs() -> None:
    snippets = json.loads((VSCODE / "snippets" / "gip.json").read_text(encoding="utf-8"))
    for name, snippet in snippets.items():
        text = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", "\n".join(snippet["body"])) + "\n"
        assert not parse(Source.of(name, text))[1], name


# ---------------------------------------------------------------- notebooks and documents


def test_a_cell_shows_its_tables(tmp_path: Path) -> None:
    spec = (
        SPEC.replace("stack(gbm, ols)", "ols").replace("[ols, gbm]", "[ols, ridge]")
        + "defaults reps=1; folds=3\n"
    )
    shown = run_cell(spec, folder_of(tmp_path))
    assert shown.results is not None
    page = shown._repr_html_()
    assert "<table" in page
    assert f"{abs(shown.results['base'].coef):.3f}" in page
    assert "Main" in repr(shown)


def test_a_cell_with_a_mistake_shows_the_message_and_no_markup(tmp_path: Path) -> None:
    shown = run_cell(SPEC.replace("| controls", "| `<b>`"), folder_of(tmp_path))
    assert "G102" in repr(shown)
    assert "&lt;b&gt;" in shown._repr_html_()


def test_jupyter_knows_the_magic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shells = pytest.importorskip("IPython.core.interactiveshell")
    monkeypatch.chdir(folder_of(tmp_path))
    shell = shells.InteractiveShell.instance()
    shell.run_line_magic("load_ext", "gipspec")
    spec = (
        SPEC.replace("stack(gbm, ols)", "ols").replace("[ols, gbm]", "[ols, ridge]")
        + "defaults reps=1; folds=3\n"
    )
    shown = shell.run_cell_magic("gip", "towns", spec)
    assert shell.user_ns["towns"] is shown.results
    assert shown.results["base"].n == 24


FIGURES = """data "towns.csv"
panel town year
base <- output ~ park | gdp; learner=ols; reps=1; folds=3
more <- base; folds=2
table main "Main": base, more
figure shown "Two splits <b>": base, more; kind=coefficients
figure never "None": base; kind=event
"""


def test_a_cell_shows_its_figures_below_its_tables(tmp_path: Path) -> None:
    shown = run_cell(FIGURES, folder_of(tmp_path), jobs=1)
    (picture,) = shown.pictures
    assert picture.png.startswith(b"\x89PNG")
    page = shown._repr_html_()
    assert page.index("<table") < page.index('<img src="data:image/png;base64,') < page.index("Two splits")
    assert "<figcaption>Two splits &lt;b&gt;" in page
    assert "`never`" in repr(shown)  # what cannot be drawn is said


def test_a_cell_is_run_on_all_cores_unless_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gipspec.api import Loaded

    asked: list[int] = []
    once = Loaded.run

    def run(self: Loaded, **how: Any) -> object:
        asked.append(how.pop("jobs"))
        return once(self, **how, jobs=1)

    monkeypatch.setattr(Loaded, "run", run)
    monkeypatch.setattr("gipspec.engine.default_jobs", lambda: 7)
    for jobs in (None, 3):
        run_cell(FIGURES, folder_of(tmp_path), jobs=jobs)
    assert asked == [7, 3]


@pytest.mark.parametrize("line", ["a b c", "class", "2nd", "a.b"])
def test_a_name_that_python_cannot_have_is_a_usage_error(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = pytest.importorskip("IPython.core.error")
    magics: dict[str, Any] = {}

    class Notebook:
        def __init__(self) -> None:
            self.user_ns: dict[str, object] = {}

        def register_magic_function(self, func: object, magic_kind: str, magic_name: str) -> None:
            magics[magic_name] = func

    notebook = Notebook()
    register(notebook)
    monkeypatch.setattr("gipspec.editor.notebook.run_cell", lambda *_: pytest.fail("the cell was run"))
    with pytest.raises(errors.UsageError, match="%%gip takes one name"):
        magics["gip"](line, FIGURES)
    assert not notebook.user_ns


def test_the_quarto_document_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "editors" / "paper.qmd").read_text(encoding="utf-8")
    chunks = re.findall(r"```\{python\}\n(.*?)```", text, re.DOTALL)
    inline = re.findall(r"`\{python\} ([^`]+)`", text)
    script = tmp_path / "paper.py"
    script.write_text("\n".join((*chunks, f"SHOWN = [{', '.join(inline)}]")), encoding="utf-8")
    found = runpy.run_path(str(script))
    assert found["SHOWN"] == [f"{100 * found['base'].coef:.1f}", f"{100 * found['base'].se:.1f}", 50]
