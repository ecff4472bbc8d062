"""What a user reads who gives a command the wrong arguments, and the exit code of each kind of end."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import click
import pytest
from cli_shell import SPEC, Shell

from gipspec.cli import options
from gipspec.cli.main import cli
from gipspec.engine.atomic import probe
from gipspec.lang.vocabulary import TABLE_FORMATS

NAMES = cli.list_commands(click.Context(cli))
DOCS = Path(__file__).parent.parent / "docs" / "commands.md"

WRONG = (
    (
        ("run", "a/study.gip", "b/Study.gip"),
        "a/study.gip and b/Study.gip have one folder of outputs, out/study",
    ),
    (("audit", "study.gip", "b/study.gip"), "with a folder for each: --out FOLDER"),
    (("run", "study.gip", "--out", "panel.csv"), "'panel.csv' is a file"),
    (("run", "study.gip", "--out", "panel.csv/deeper"), "'panel.csv' is a file"),
    (("run", "study.gip", "--store", "panel.csv"), "'panel.csv' is a file"),
    (("run", "study.gip", "--store", "x" * 300), "file name too long"),
    (("run", "study.gip", "--templates", "nowhere"), "'nowhere' does not exist"),
    (("run", "study.gip", "--templates", "panel.csv"), "'panel.csv' is a file"),
    (("run", "study.gip", "--format", "csv,wrod"), "there is no format 'wrod'"),
    (("run", "study.gip", "-j", "two"), "'two' is not a valid integer"),
    (("run", "study.gip", "-j", "2", "--on", "dask://one:8786"), "a cluster does as many"),
    (("report", "study.gip", "--templates", "nowhere"), "'nowhere' does not exist"),
    (("report", "study.gip", "--with-data"), "--with-data goes with --replication"),
    (("show", "study.gip", "--json", "--csv"), "--json or --csv, not both"),
    (("log", "study.gip", "-n", "0"), "x>=1"),
    (("clean", "study.gip"), "say what to remove"),
    (("clean", "study.gip", "--older", "soon"), "'soon' is no age"),
    (("clean", "study.gip", "--max-size", "2"), "'2' is no size"),
    (("explain",), "or one of statements, notation, options"),
    (("explain", "nothing"), "nothing is called 'nothing'"),
    (("completion", "ksh"), "'ksh' is not one of"),
    (("watch", "study.gip", "-j", "none"), "'none' is not a valid integer"),
    (("new",), "name a data file, or an example"),
    (("new", "one.gip", "two.gip"), "name the data, then the spec"),
    (("new", "panel.csv", "--data", "panel.csv"), "--data goes with the spec to write"),
    (("new", "panel.csv", "--example", "gip"), "--example goes with the name of a spec alone"),
    (("new", "x.gip", "--example", "gip", "--outcome", "y"), "--example goes with the name of a spec alone"),
    (("new", "panel.csv", "x.gip", "--panel", "city"), "--panel takes two columns"),
)


@pytest.mark.parametrize(
    ("args", "words"), WRONG, ids=lambda value: value if isinstance(value, str) else value[0]
)
def test_wrong_usage_is_said_before_anything_is_done(args: tuple[str, ...], words: str, shell: Shell) -> None:
    before = sorted(Path().rglob("*"))
    code, out, err = shell(*args)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: gipspec ")
    assert words in " ".join(err.split())
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize(
    "name", [n for n in NAMES if n not in ("new", "explain", "completion", "lsp", "fmt", "watch")]
)
def test_a_spec_that_is_not_there_is_named_with_the_nearest(name: str, shell: Shell) -> None:
    more = {"clean": ["--all"]}.get(name, [])
    code, out, err = shell(name, "studdy.gip", *more)
    assert (code, out) == (1, "")
    assert "error[G507]: cannot read studdy.gip" in err
    assert "did you mean study.gip?" in err


@pytest.mark.parametrize("name", ["show", "report", "diff", "log"])
def test_a_study_that_never_ran_is_told_how_and_where_was_looked(name: str, shell: Shell) -> None:
    code, out, err = shell(name, "study.gip")
    assert (code, out) == (1, "")
    assert "error[G504]" in err
    assert f"looked in {'.gipspec' if name == 'log' else 'out/study'}; " in err
    assert "gipspec run study.gip" in err


def test_a_ledger_that_knows_no_run_asks_for_the_store(shell: Shell) -> None:
    assert shell("run", "study.gip", "-j", "1", "--store", "other")[0] == 0
    code, out, err = shell("log", "study.gip")
    assert (code, out) == (1, "")
    assert "error[G504]: the ledger of this store knows no run of this study" in err
    assert "or name the store of its runs with `--store`" in err
    assert shell("log", "study.gip", "--store", "other")[0] == 0


@pytest.mark.parametrize("name", ["...gip", "..gip"])
def test_a_spec_without_a_name_writes_nothing_outside_its_folder(name: str, shell: Shell) -> None:
    shell.write(SPEC, name)
    before = sorted(Path().iterdir())
    for command in ("run", "show", "report", "audit"):
        code, out, err = shell(command, name)
        assert (code, out) == (1, "")
        assert "error[G501]" in err
        assert "rename the spec, or name a folder with `--out`" in err
    assert sorted(Path().iterdir()) == before
    assert shell("run", name, "-j", "1", "--out", "here")[0] == 0


def test_results_outlive_their_spec(shell: Shell) -> None:
    assert shell("run", "study.gip", "-j", "1")[0] == 0
    shown = shell("show", "study.gip")[1]
    Path("study.gip").unlink()
    assert shell("show", "study.gip")[:2] == (0, shown)


def test_a_store_that_is_not_there_is_no_failure_but_said(shell: Shell) -> None:
    code, out, err = shell("clean", "--all", "--store", "nowhere")
    assert (code, err) == (0, "there is no store at nowhere\n")
    assert out.startswith("freed 0 B")


def test_several_studies_are_one_json_document(shell: Shell) -> None:
    shell.write(SPEC.replace("gap <- base - more\n", "").replace(", gap", ""), "other.gip")
    code, out, _ = shell("run", "study.gip", "other.gip", "-j", "1", "--json")
    assert code == 0
    names = [[e["name"] for e in document["estimates"]] for document in json.loads(out)]
    assert names == [["base", "gap", "more"], ["base", "more"]]


def test_the_formats_that_help_names_are_those_there_are(shell: Shell) -> None:
    assert options.FORMATS.split(",") == [name for name in TABLE_FORMATS if name != "tex"]


def test_what_the_system_refuses_is_a_problem(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("gipspec.engine.atomic.write_atomically", refuse)
    shell.write("base<-y~d|x1\n")
    for args, path in ((("fmt", "study.gip"), "study.gip"), (("new", "panel.csv", "x.gip", "-y"), "x.gip")):
        code, out, err = shell(*args)
        assert (code, out) == (1, "")
        assert f"error[G501]: cannot write {path}: permission denied" in err
    assert Path("study.gip").read_text(encoding="utf-8") == "base<-y~d|x1\n"


def test_a_folder_that_cannot_be_written_is_found_before_anything_is_fitted(shell: Shell) -> None:
    code, out, err = shell("run", "study.gip", "-j", "1", "--out", "/proc/here/deeper")
    assert (code, out) == (1, "")
    assert "error[G501]: cannot write /proc/here/deeper: no such file or directory" in err
    assert not Path(".gipspec").exists()


def test_the_look_at_a_folder_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    probe(tmp_path / "there")
    probe(tmp_path / "made" / "deeper")
    assert [*tmp_path.rglob("*")] == [tmp_path / "there"]


def test_a_server_without_its_package_is_a_problem(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "gipspec.editor.server", raising=False)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    code, out, err = shell("lsp")
    assert (code, out) == (1, "")
    assert "error[G655]" in err
    assert "pip install 'gipspec[lsp]'" in err


def test_an_interrupted_command_ends_with_130(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gipspec.api.load", interrupt)
    code, out, err = shell("check", "study.gip")
    assert (code, out, err.strip()) == (130, "", "interrupted; what was finished is kept")


def test_the_docs_name_every_command_and_exit_code() -> None:
    text = DOCS.read_text(encoding="utf-8")
    named = {
        name
        for row in re.findall(r"^\| (`.+?`) \|", text, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert named == set(NAMES)
    (codes,) = re.findall(r"\*\*Exit codes\*\*: (.+?)\. ", text, re.DOTALL)
    assert re.findall(r"(?:^|; )(\d+) ", " ".join(codes.split())) == ["0", "1", "2", "130", "143"]
