"""A replication package, made and then run in a clean folder: the same bytes; README and references hold."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from report_readers import markdown_tokens

from gipspec.api import Loaded, load
from gipspec.cli.main import main
from gipspec.diagnostics import GipError
from gipspec.lang.vocabulary import LEARNERS, MODELS
from gipspec.report.replication import methods
from gipspec.report.replication.references import REFERENCES, bibtex, citation

PANEL = Path(__file__).parents[1] / "golden" / "bad" / "data" / "panel.csv"
SPEC = """\
study "Parks & <b>resilience</b> | a study"
include "common/data.gip"
defaults learner=ols; reps=2
base  <- y ~ d | x1
stack <- base; learner=stack(ols, lasso, short=yes)
pair  <- base; cluster=city + year
table main "Main": base, stack; adjust=holm
table rest "Rest": base, pair
figure levels "Estimates": base, stack, pair; kind=coefficients
"""
COMMON = 'data "../data/panel.csv"\npanel city year\n'
STATEMENT = (
    "The panel is that of Doe (2024), *Journal of Parks*, <https://example.org/parks>, under CC BY 4.0."
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """A project in two folders that has run: `paper/study.gip`, what it includes, `data/panel.csv`."""
    root = tmp_path_factory.mktemp("project")
    (root / "data").mkdir()
    shutil.copy(PANEL, root / "data")
    (root / "paper" / "common").mkdir(parents=True)
    (root / "paper" / "study.gip").write_text(SPEC, encoding="utf-8")
    (root / "paper" / "common" / "data.gip").write_text(COMMON, encoding="utf-8")
    (root / "paper" / "DATA.md").write_text(STATEMENT, encoding="utf-8")
    loaded = load(root / "paper" / "study.gip")
    store = root / ".gipspec"
    results = loaded.run(store=store)
    assert loaded.write(results, root / "out", store=store) == ()
    return loaded


def out_of(project: Loaded) -> Path:
    return project.path.parents[1] / "out"


def store_of(project: Loaded) -> Path:
    return project.path.parents[1] / ".gipspec"


@pytest.fixture(scope="module")
def package(project: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package") / "replication"
    project.replicate(folder, out_of(project), with_data=True, store=store_of(project))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_it_holds_what_another_author_needs(package: Path, project: Loaded) -> None:
    found = files(package)
    assert {"README.md", "references.bib", "requirements.txt"} <= set(found)
    assert found["paper/study.gip"] == project.path.read_bytes()
    assert found["paper/common/data.gip"] == COMMON.encode()
    assert found["data/panel.csv"] == PANEL.read_bytes()
    outputs = {name: data for name, data in files(out_of(project)).items() if "/." not in name}
    kept = {n.removeprefix("out/study/"): d for n, d in found.items() if n.startswith("out/")}
    assert kept == outputs
    assert not [name for name, data in found.items() if str(project.path.parent).encode() in data]


def test_it_gives_the_same_bytes_in_a_clean_folder(package: Path, tmp_path: Path) -> None:
    """The command of the README, in a process of its own; then nothing of the package is left to help."""
    clean = tmp_path / "elsewhere"
    shutil.copytree(package, clean)
    readme = (clean / "README.md").read_text(encoding="utf-8")
    (arguments,) = re.findall(r"^\.venv/bin/gipspec (run .*)$", readme, re.MULTILINE)
    before = files(clean / "out")
    for name in ("results.json", "numbers.tex", "report.html", "tables", "figures"):
        path = clean / "out" / "study" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    command = [sys.executable, "-m", "gipspec", *arguments.split(), "-j", "1"]
    done = subprocess.run(command, cwd=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "G612" not in done.stderr
    after = {name: data for name, data in files(clean / "out").items() if "/." not in name}
    assert after == before


def test_the_readme_has_the_sections_of_the_data_editors(package: Path) -> None:
    text = (package / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings == [
        "Overview",
        "Data Availability and Provenance Statements",
        "Computational requirements",
        "Description of programs/code",
        "Instructions to Replicators",
        "List of tables and programs",
        "References",
    ]
    assert STATEMENT in text
    assert re.search(r"^- Time: \d+ seconds with one worker: \d+ fits of learners$", text, re.MULTILINE)
    assert "| Table main | Main | study.gip:7 | `out/study/tables/main.tex` |" in text
    assert "study.gip:9 | `out/study/figures/levels.csv`" in text
    assert "comes from the seed in the spec (42)" in text
    tokens = markdown_tokens(text)
    assert [t.type for t in tokens].count("table_open") == 2
    assert not [t for t in tokens if t.type == "html_block"]
    assert "<b>" not in re.sub(r"\\<", "", text)


def test_requirements_are_those_of_the_run(package: Path) -> None:
    lines = (package / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split("==")[0] for line in lines]
    assert names == sorted(names)
    assert {"gipspec", "doubleml", "scikit-learn", "numpy", "matplotlib"} <= set(names)
    assert all(re.fullmatch(r"[\w-]+==[\w.+]+", line) for line in lines)


def test_the_bibliography_is_of_the_methods_that_were_used(package: Path) -> None:
    text = (package / "references.bib").read_text(encoding="utf-8")
    keys = set(re.findall(r"^@\w+\{(\w+),$", text, re.MULTILINE))
    assert {"chernozhukov2018", "bach2022", "tibshirani1996", "wolpert1992", "ahrens2025"} <= keys
    assert {"chiang2022", "holm1979"} <= keys  # two-way clusters, adjusted p-values
    assert not {"callaway2021", "farbmacher2022", "breiman2001", "romano2005", "kallus2024"} & keys


def test_without_data_it_says_where_they_belong(project: Loaded, tmp_path: Path) -> None:
    names = project.replicate(tmp_path / "bare", out_of(project))
    assert "data/panel.csv" not in names
    text = (tmp_path / "bare" / "README.md").read_text(encoding="utf-8")
    assert "not part of this package" in text
    assert re.search(r"\| panel.csv \| `data/panel.csv` \| no \| 32 kB \| `[0-9a-f]{64}` \|", text)
    assert "- Time: not recorded" in text


def test_a_study_of_any_name_and_a_statement_of_any_bytes(tmp_path: Path) -> None:
    """The command is for a shell; a statement that an old editor saved is refused, not a crash."""
    shutil.copy(PANEL, tmp_path / "panel.csv")
    spec = tmp_path / "my study (v2).gip"
    spec.write_text(COMMON.replace("../data/", "") + "base <- y ~ d | x1; learner=ols; reps=1\n")
    loaded = load(spec)
    loaded.write(loaded.run(), tmp_path / "out")
    loaded.replicate(tmp_path / "package", tmp_path / "out")
    text = (tmp_path / "package" / "README.md").read_text(encoding="utf-8")
    assert "gipspec run 'my study (v2).gip' --locked" in text
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "gipspec log &#x27;my study (v2).gip&#x27;" in page
    (tmp_path / "DATA.md").write_bytes("数据".encode("gbk"))
    assert "G008: DATA.md" in refused(loaded, tmp_path / "other", tmp_path / "out")


def refused(project: Loaded, folder: Path, out: Path) -> str:
    with pytest.raises(GipError) as error:
        project.replicate(folder, out)
    assert not (folder / "README.md").exists()
    return str(error.value)


def test_a_package_is_made_of_one_whole_run(project: Loaded, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(out_of(project), out)
    table = out / "tables" / "main.tex"
    table.write_text(table.read_text(encoding="utf-8").replace("0.6", "0.7"), encoding="utf-8")
    assert "tables/main.tex is not what the run wrote" in refused(project, tmp_path / "a", out)
    part = tmp_path / "part"
    project.write(project.run(select=["base"]), part)
    assert "the last run left out stack, pair" in refused(project, tmp_path / "b", part)
    project.write(project.run(draft=True), out)
    assert "the last run was a draft" in refused(project, tmp_path / "c", out)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a file").touch()
    assert "G506" in refused(project, tmp_path / "full", out_of(project))


def test_the_command(
    project: Loaded, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spec, out = str(project.path), str(out_of(project))
    with pytest.raises(SystemExit) as stop:
        main(["report", spec, "--out", out, "--replication", "package", "--with-data"])
    assert stop.value.code == 0, capsys.readouterr().err
    assert (tmp_path / "package" / "README.md").is_file()
    with pytest.raises(SystemExit) as stop:
        main(["report", spec, "--with-data"])
    assert stop.value.code == 2


# ---------------------------------------------------------------- references


def test_every_learner_and_model_is_covered() -> None:
    """Those without a work of their own are least squares, logit, and models of the first paper."""
    assert set(LEARNERS) - set(methods.LEARNERS) == {"ols", "logit"}
    assert set(MODELS) - set(methods.MODELS) == {"plr", "irm", "apo"}
    named = {k for keys in (*methods.MODELS.values(), *methods.LEARNERS.values()) for k in keys}
    named |= {k for keys in (*methods.EFFECTS.values(), *methods.ADJUSTED.values()) for k in keys}
    assert named | set(methods.ALWAYS) <= set(REFERENCES)


@pytest.mark.parametrize("key", REFERENCES)
def test_a_reference_is_complete(key: str) -> None:
    work = REFERENCES[key]
    assert key == f"{re.sub('[^a-z]', '', work.authors[0].split(',')[0].lower())}{work.year}"
    assert 1900 < work.year < 2030 and work.title and work.where
    assert work.pages or work.doi
    entry = bibtex([work])
    assert entry.isascii()
    assert entry.count("{") == entry.count("}")
    assert str(work.year) in citation(work) and work.title in citation(work)


@pytest.mark.latex
def test_bibtex_reads_all_of_it(tmp_path: Path) -> None:
    program = shutil.which("bibtex")
    if program is None:
        pytest.skip("no BibTeX is installed")
    (tmp_path / "all.bib").write_text(bibtex(REFERENCES.values()), encoding="utf-8")
    aux = "\\citation{*}\n\\bibstyle{plain}\n\\bibdata{all}\n"
    (tmp_path / "all.aux").write_text(aux, encoding="utf-8")
    done = subprocess.run([program, "all"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Warning" not in done.stdout, done.stdout
