"""Files: whole or untouched, inside their folder, every failure reported and the others written."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest
from report_factory import estimate, request, results, study

from gipspec.diagnostics import GipError
from gipspec.engine.atomic import write_atomically
from gipspec.engine.results import IndexWeights
from gipspec.report import build_table, docx_table, load_results_json, write_outputs
from gipspec.report.files import file_name_fault
from gipspec.report.write import unwritten

INDEX = IndexWeights(name="resilience", method="entropy", rows=(("resist", "Resistance", "+", 1.0),))


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_all_files_of_a_run(tmp_path: Path) -> None:
    made = results([estimate("base")], indices=(INDEX,))
    spec = study(request("base", name="main"), request("base", name="again"))
    assert write_outputs(made, spec, tmp_path / "out" / "gip") == ()
    assert files(tmp_path / "out" / "gip") == [
        "gipspec.lock",
        "numbers.tex",
        "report.html",
        "results.json",
        "tables/again.tex",
        "tables/index_weights.tex",
        "tables/main.tex",
    ]
    back = load_results_json((tmp_path / "out" / "gip" / "results.json").read_text(encoding="utf-8"))
    assert back["base"] == made["base"]


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    made = results([estimate("base"), estimate("quad")])
    spec = study(request("base", "quad"))
    for name in ("one", "two"):
        write_outputs(made, spec, tmp_path / name)
    for file in files(tmp_path / "one"):
        text = (tmp_path / "one" / file).read_bytes()
        assert text == (tmp_path / "two" / file).read_bytes()
        assert str(tmp_path).encode() not in text
        assert b"/somewhere" not in text


def test_a_table_that_cannot_be_built_leaves_the_earlier_one(tmp_path: Path) -> None:
    good = study(request("base", name="main"), request("base", name="other"))
    write_outputs(results([estimate("base")]), good, tmp_path)
    before = (tmp_path / "tables" / "main.tex").read_bytes()
    bad = study(request("gone", name="main"), request("base", name="other"))
    problems = write_outputs(results([estimate("base", 0.9)]), bad, tmp_path)
    assert [p.code for p in problems] == ["G503"]
    assert (tmp_path / "tables" / "main.tex").read_bytes() == before
    assert "0.900" in (tmp_path / "tables" / "other.tex").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "..",
        ".hidden",
        "",
        "a b",
        "a\x00b",
        "a%b",
        "con",
        "x" * 200,
        "a{b}",
        "-rf",
    ],
)
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    assert file_name_fault(name)
    problems = write_outputs(results([estimate("base")]), study(request("base", name=name)), tmp_path / "out")
    assert [p.code for p in problems] == ["G501"]
    assert files(tmp_path) == [
        f"out/{file}" for file in ("gipspec.lock", "numbers.tex", "report.html", "results.json")
    ]


@pytest.mark.parametrize("name", ["main", "基准回归", "a_b-c.2", "têt"])
def test_names_that_are_files(name: str) -> None:
    assert file_name_fault(name) is None


def test_two_names_that_some_disks_take_for_one(tmp_path: Path) -> None:
    spec = study(request("base", name="Main"), request("base", name="main"))
    (found,) = write_outputs(results([estimate("base")]), spec, tmp_path)
    assert "the table `Main` has this file already" in found.message
    assert files(tmp_path / "tables") == ["Main.tex"]


def test_a_users_table_comes_before_the_weights(tmp_path: Path) -> None:
    spec = study(request("base", name="index_weights"))
    (found,) = write_outputs(results([estimate("base")], indices=(INDEX,)), spec, tmp_path)
    assert found.code == "G501"
    assert "Baseline" in (tmp_path / "tables" / "index_weights.tex").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way", encoding="utf-8")
    problems = write_outputs(results([estimate("base")]), study(request("base")), tmp_path / "out")
    assert [p.code for p in problems] == ["G501"]
    assert unwritten(problems, tmp_path / "out") == ("results.json",)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "in the way"


def test_a_full_disk_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tex"
    write_atomically(path, b"earlier")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"later")
    assert path.read_text(encoding="utf-8") == "earlier"
    assert files(tmp_path) == ["a.tex"]
    (found, *_) = write_outputs(results([]), study(), tmp_path)
    assert found.code == "G501" and "no space left" in found.message


def test_outputs_of_two_runs_do_not_stand_beside_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without room for the results nothing is replaced; without room for another file that alone stays."""
    spec = study(request("base"))
    write_outputs(results([estimate("base")]), spec, tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}

    def full_for(name: str) -> None:
        def write(path: Path, data: bytes) -> None:
            if path.name == name:
                raise OSError(errno.ENOSPC, "No space left on device")
            write_atomically(path, data)

        monkeypatch.setattr("gipspec.report.write.write_atomically", write)

    later = results([estimate("base", coef=0.75)])
    full_for("results.json")
    assert unwritten(write_outputs(later, spec, tmp_path), tmp_path) == ("results.json",)
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before
    full_for("numbers.tex")
    assert unwritten(write_outputs(later, spec, tmp_path), tmp_path) == ("numbers.tex",)
    after = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    assert {name for name in before if after[name] == before[name]} == {"numbers.tex"}


# ---------------------------------------------------------------- templates


def test_a_users_template_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "own" / "latex"
    own.mkdir(parents=True)
    (own / "table.tex").write_text("<<title>> of <<provenance.data>>\n", encoding="utf-8")
    spec = study(request("base", title="100% R&D"))
    assert write_outputs(results([estimate("base")]), spec, tmp_path / "out", tmp_path / "own") == ()
    text = (tmp_path / "out" / "tables" / "main.tex").read_text(encoding="utf-8")
    assert text == "100\\% R\\&D of gip\\_panel.dta\n"
    assert "gipset" in (tmp_path / "out" / "numbers.tex").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("template", "line", "reason"),
    [
        ("a\n\n<% if %>\n", 3, "Expected an expression"),
        ("a\n<<nothing>>\n", 2, "'nothing' is undefined"),
        ("a\n<<title.nothing>>\n", 2, "no attribute 'nothing'"),
        ("a\nb\n\n<<title + 1>>\n", 4, "can only concatenate"),
        ("a\n<% include 'gone.tex' %>\n", 1, "there is no template `gone.tex`"),
        ("<<title.__class__.__mro__>>\n", 1, "unsafe"),
        ("<<''.__class__>>\n", 1, "unsafe"),
        ("\n<% for i in range(10**9) %><% endfor %>\n", 2, "Range too big"),
        ("\n<<width // 0>>\n", 2, "zero"),
    ],
)
def test_a_template_that_fails_is_named_with_its_line(
    tmp_path: Path, template: str, line: int, reason: str
) -> None:
    own = tmp_path / "own" / "latex"
    own.mkdir(parents=True)
    (own / "table.tex").write_text(template, encoding="utf-8")
    (found,) = write_outputs(results([estimate("base")]), study(request("base")), tmp_path, tmp_path / "own")
    assert found.code == "G502"
    assert (
        f"{own / 'table.tex'} failed at line {line}:" in found.message
        or "there is no template" in found.message
    )
    assert reason in found.message
    assert not (tmp_path / "tables" / "main.tex").exists()


def test_a_template_folder_that_is_none(tmp_path: Path) -> None:
    problems = write_outputs(results([estimate("base")]), study(request("base")), tmp_path, tmp_path / "gone")
    assert {p.code for p in problems} == {"G507"}


def test_templates_outside_their_folder_are_not_read(tmp_path: Path) -> None:
    own = tmp_path / "own" / "latex"
    own.mkdir(parents=True)
    (tmp_path / "secret.tex").write_text("secret", encoding="utf-8")
    (own / "table.tex").write_text("<% include '../secret.tex' %>", encoding="utf-8")
    (found,) = write_outputs(results([estimate("base")]), study(request("base")), tmp_path, tmp_path / "own")
    assert found.code == "G502"


def test_the_package_knows_its_templates() -> None:
    from gipspec.report.templates import own_templates

    assert (own_templates() / "latex" / "table.tex").is_file()


def test_errors_are_gip_errors() -> None:
    from gipspec.report.templates import latex_environment

    with pytest.raises(GipError):
        latex_environment(Path("/nowhere/at/all"))


# ---------------------------------------------------------------- formats


def test_formats_of_a_line_and_of_a_run(tmp_path: Path) -> None:
    spec = study(request("base", name="main", formats=("docx", "csv")), request("base", name="again"))
    made = results([estimate("base")], indices=(INDEX,))
    assert write_outputs(made, spec, tmp_path, formats=["md"]) == ()
    assert files(tmp_path / "tables") == [
        *("again.md", "again.tex"),
        *("index_weights.csv", "index_weights.docx", "index_weights.md", "index_weights.tex"),
        *("main.csv", "main.docx", "main.md", "main.tex"),
    ]


def test_a_format_without_its_package_is_named_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    spec = study(request("base", formats=("docx", "html")))
    (found,) = write_outputs(results([estimate("base")]), spec, tmp_path, formats=["docx"])
    assert (found.code, found.help) == ("G508", "pip install 'gipspec[office]'")
    assert found.span == spec.tables[0].span
    assert files(tmp_path / "tables") == ["main.html", "main.tex"]
    with pytest.raises(GipError, match="G508"):
        docx_table(build_table(request("base"), results([estimate("base")]), study()))


@pytest.mark.parametrize(
    ("name", "template", "text"),
    [
        ("html", "<b>{{ title }}</b>{# no #}", "<b>100% R&amp;D &lt;*&gt;</b>"),
        ("md", "# {{ title }}", "# 100% R\\&D \\<\\*\\>"),
        ("typ", "#strong({{ title }})", '#strong("100% R&D <*>")'),
    ],
)
def test_templates_of_other_formats_escape_too(tmp_path: Path, name: str, template: str, text: str) -> None:
    folder = tmp_path / "own" / {"html": "html", "md": "markdown", "typ": "typst"}[name]
    folder.mkdir(parents=True)
    (folder / f"table.{name}").write_text(template, encoding="utf-8")
    spec = study(request("base", title="100% R&D <*>"))
    made = results([estimate("base")])
    assert write_outputs(made, spec, tmp_path / "out", tmp_path / "own", [name]) == ()
    assert (tmp_path / "out" / "tables" / f"main.{name}").read_text(encoding="utf-8") == text
    (folder / f"table.{name}").write_text("\n\n{{ title.nothing }}", encoding="utf-8")
    (found,) = write_outputs(made, spec, tmp_path / "out", tmp_path / "own", [name])
    assert found.code == "G502" and f"table.{name} failed at line 3" in found.message
