"""What the documentation shows is true: its specs run, its commands do what the pages say they print.

A spec of a page is completed with what it leaves out (docs_world.py), run as a draft with few trees, and
written. Commands are carried out in the order of the page, in a folder where `study.gip` has been run; those
that stand in a sentence are read by the command line without being carried out. Comments say more of a block:

    <!-- file: NAME -->         the block is written there; where the comment goes on, its text is
    <!-- add: NAME -->          the block is added there
    <!-- exit: 1 -->            the commands of the block end so
    <!-- not run: REASON -->    the commands are only read, for that reason
    <!-- like -->               numbers and spaces of what is printed may differ

A `text` block after commands is part of what they print.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from docs_world import STUDY, completed, few_trees, quick, write_columns

import gipspec
from gipspec.cli import main
from gipspec.cli.main import cli
from gipspec.report import build_table
from gipspec.report.figures import build_figure
from gipspec.simulate import gip_panel

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(p for p in DOCS.rglob("*.md") if "node_modules" not in p.parts)]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
BLOCK = re.compile(
    r"^<!-- file: (?P<file>[^\n]+)\n(?P<hidden>.*?)^-->$"
    r"|^(?:<!-- (?P<order>file|add|exit|not run|like|run|test)(?:: (?P<value>[^\n]+))? -->\n)?"
    r"^```(?P<kind>[\w ]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
INLINE = re.compile(r"`((?:gipspec|python) [a-z][^`]*)`")
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
BARE = re.compile(r"^\n {4,}(?:\$ )?(?:(?:gipspec|python3?|pip|cd|npm) |\w+ +(?:<-|~) )", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of a page and the comment before it (`order: value`), or a file that only a comment holds."""

    kind: str
    text: str
    order: str
    value: str


def blocks(page: Path) -> Iterator[Block]:
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if found["file"]:
            yield Block(kind="hidden", text=found["hidden"], order="file", value=found["file"])
        else:
            order, value = found["order"] or "", found["value"] or ""
            yield Block(kind=found["kind"], text=found["text"], order=order, value=value)


def test_blocks_name_their_language() -> None:
    """So that a test knows what to do with them; the reference has messages of problems without one."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert not BARE.search(FENCED.sub("", text)), (
            f"{name_of(page)} has commands or a spec without a fence"
        )
        kinds = {block.kind for block in blocks(page)}
        assert "" not in kinds or page.name == "reference.md", name_of(page)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def pages_with(*kinds: str) -> list[Path]:
    return [page for page in PAGES if any(block.kind in kinds for block in blocks(page))]


def commands_of(block: Block) -> Iterator[list[str]]:
    """Yield the commands of a block, without comments and what stands behind `>`."""
    for line in block.text.splitlines():
        for part in line.split(" && "):
            words = shlex.split(part, comments=True)
            if words:
                yield words[: words.index(">")] if ">" in words else words


# ---------------------------------------------------------------- specs


@pytest.mark.parametrize("page", pages_with("gip"), ids=name_of)
def test_every_spec_of_the_docs_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_trees(monkeypatch)
    (tmp_path / "common.gip").write_text("defaults folds=2\n", encoding="utf-8")
    for block in blocks(page):
        if block.kind != "gip" or block.order or block.text.startswith("%"):
            continue  # the commands of the page run those of a file, a notebook those of a cell
        spec = gipspec.loads(quick(completed(block.text, tmp_path)), folder=tmp_path)
        assert [p.message for p in spec.problems if p.severity == "error"] == [], block.text
        if page.name == "reference.md" or not spec.require().models:
            continue
        results = spec.run(draft=True)
        assert [p.message for p in results.problems if p.severity == "error"] == [], block.text
        study = spec.require()
        for table in study.tables:
            assert build_table(table, results, study)
        for figure in study.figures:
            assert build_figure(figure, results, study)


# ---------------------------------------------------------------- commands


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the study that the pages speak of has been run."""
    folder = tmp_path_factory.mktemp("docs")
    write_columns(folder / "panel.csv")
    (folder / "study.gip").write_text(STUDY, encoding="utf-8")
    spec = gipspec.load(folder / "study.gip")
    spec.write(spec.run(store=folder / ".gipspec"), folder / "out" / "study")
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    few_trees(monkeypatch)
    return tmp_path


@pytest.mark.parametrize("page", pages_with("sh"), ids=name_of)
def test_commands_do_and_print_what_the_page_says(
    page: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    printed = ""
    for block in blocks(page):
        match block.kind, block.order:
            case _, "file":
                write(folder / block.value, block.text)
            case _, "add":
                text = (folder / block.value).read_text(encoding="utf-8")
                write(folder / block.value, f"{text}\n{block.text}")
            case "sh", "not run" | "run" | "test":
                for words in commands_of(block):
                    read(words)
            case "sh", _:
                printed = ""
                for words in commands_of(block):
                    wanted = int(block.value) if block.order == "exit" else 0
                    assert run(words) == wanted, f"{words}\n{capfd.readouterr().err}"
                    out, err = capfd.readouterr()
                    printed += out + err
            case "text", "like":
                assert loose(block.text) in loose(printed), f"not printed:\n{block.text}\nbut:\n{printed}"
            case "text", _:
                assert block.text.rstrip() in printed, f"not printed:\n{block.text}\nbut:\n{printed}"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def loose(text: str) -> str:
    return " ".join(re.sub(r"\d+", "0", text).split())


def run(words: list[str]) -> int:
    """Carry out a command of a page, those of gipspec in this process."""
    if words[0] == "python":
        return subprocess.run([sys.executable, *words[1:]], check=False).returncode
    program, command, *rest = words
    assert program == "gipspec", f"say `<!-- not run: why -->` before {words}"
    with pytest.raises(SystemExit) as ended:
        main([command, *(["-j", "1"] if command == "run" else []), *rest])
    return int(ended.value.code or 0)


def read(words: list[str]) -> None:
    """Let the command line read a command, without carrying it out; scripts of ours must be there."""
    program = words[0].rpartition("/")[2]
    if program == "gipspec":
        context = cli.make_context("gipspec", words[1:])
        name, command, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
        assert command is not None
        command.make_context(name, rest, parent=context)
    elif program == "python" and words[1].endswith(".py"):
        text = (ROOT / words[1]).read_text(encoding="utf-8")
        for option in (word for word in words[2:] if word.startswith("--")):
            assert f'"{option}"' in text, f"{words[1]} has no option {option}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_within_sentences_can_be_read(page: Path, folder: Path) -> None:
    for found in INLINE.findall(page.read_text(encoding="utf-8")):
        for part in found.split(" && "):
            with contextlib.suppress(click.MissingParameter):  # `gipspec run`
                read(shlex.split(part))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_extra_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"gipspec\[([\w,]+)\]|extra `(\w+)`", page.read_text(encoding="utf-8"))
    assert {one for pair in named for text in pair for one in text.split(",") if one} <= set(EXTRAS)


# ---------------------------------------------------------------- Python, notebooks, configuration


def python_of(page: Path) -> list[str]:
    """Return the Python of a page that is no cell of a notebook."""
    return [b.text for b in blocks(page) if b.kind in ("python", "py") and not b.text.startswith("%")]


@pytest.mark.parametrize("page", [page for page in PAGES if python_of(page)], ids=name_of)
def test_the_python_of_the_docs_runs(page: Path, folder: Path) -> None:
    frame = gip_panel(seed=3, cities=30).frame.rename(columns={"resilience_true": "resilience"})
    names: dict[str, object] = {"frame": frame, "controls": ["density", "urban"]}
    for text in python_of(page):
        exec(re.sub(r"n_estimators=\d+", "n_estimators=4", text).replace("jobs=2", "jobs=1"), names)
    assert names.keys() > {"frame", "controls"}


def test_the_cell_of_the_docs_runs_in_a_notebook(folder: Path) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    notebook = InteractiveShell()
    cells = [b.text for b in blocks(ROOT / "docs" / "editors.md") if b.text.startswith("%")]
    assert len(cells) == 2
    for cell in cells:
        assert notebook.run_cell(cell).success
    assert notebook.user_ns["castle"]["base"].coef > 0


@pytest.mark.parametrize("page", pages_with("toml"), ids=name_of)
def test_the_toml_of_the_docs_can_be_read(page: Path) -> None:
    for block in blocks(page):
        if block.kind == "toml":
            assert tomllib.loads(block.text)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_numbers_that_a_page_takes_from_a_run_have_macros(page: Path, finished: Path) -> None:
    macros = (finished / "out" / "study" / "numbers.tex").read_text(encoding="utf-8")
    for key in re.findall(r"\\gip\{(base\.[\w.]+)\}", page.read_text(encoding="utf-8")):
        assert re.search(rf"\b{re.escape(key)}\b", macros), key


# ---------------------------------------------------------------- the site


def test_the_site_has_every_page() -> None:
    site = (ROOT / ".mkdocs.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"^  - .+: (\S+\.md)$", site, re.MULTILINE))
    assert listed == {page.name for page in DOCS.glob("*.md")}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The site, and how its building went: without `-q`, under which `--strict` sees no warning."""
    folder = tmp_path_factory.mktemp("site")
    command = ["-m", "mkdocs", "build", "-f", str(ROOT / ".mkdocs.yml"), "--strict", "-d", str(folder)]
    silent = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run([sys.executable, *command], env=silent, capture_output=True, text=True, check=False)
    return folder, done


def test_the_site_is_built_without_a_warning(site: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """Nor with a line of INFO that speaks of a link or a page."""
    _, done = site
    usual = re.compile(r"INFO +- +(Cleaning|Building|Documentation built)")
    assert [line for line in done.stderr.splitlines() if line and not usual.match(line)] == []
    assert done.returncode == 0


def test_the_site_shows_lists_and_tables_as_such(site: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """Python-Markdown wants four spaces, or an empty line, where GitHub does without."""
    folder, done = site
    assert done.returncode == 0
    for page in folder.rglob("index.html"):
        for paragraph in re.findall(r"<p>.*?</p>", page.read_text(encoding="utf-8"), re.DOTALL):
            assert not re.search(r"\n *(?:[-*]|\d+\.) |\|-|```", paragraph), (
                f"{page.parent.name}: {paragraph}"
            )


def anchors(page: Path) -> set[str]:
    """Return what GitHub calls the headings of a page."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE):
        anchor = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        same = (f"{anchor}-{n}" if n else anchor for n in itertools.count())
        found.add(next(name for name in same if name not in found))
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    """On GitHub; those of the site are looked at when it is built."""
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        path, _, heading = target.partition("#")
        file = page.parent / path if path else page
        if "://" not in target:
            assert file.exists(), target
            assert not heading or heading in anchors(file), target


# ---------------------------------------------------------------- the architecture


def rooms_of_the_page() -> list[str]:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `([\w/]+)/` \|", text, re.MULTILINE)


def test_every_room_is_in_the_architecture() -> None:
    package = ROOT / "gipspec"
    inits = [*package.glob("*/__init__.py"), *package.glob("*/*/__init__.py")]
    assert sorted(rooms_of_the_page()) == sorted(p.parent.relative_to(package).as_posix() for p in inits)


def test_the_rooms_of_the_architecture_stand_in_the_order_of_the_layers() -> None:
    layers = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    place = {room: n for n, layer in enumerate(layers) for room in layer.split(" | ")}
    places = [place[room.split("/")[0]] for room in rooms_of_the_page()]
    assert places == sorted(places)
