"""What the project says of itself is true: the README, the docs, the changelog, the wheel.

`python tests/test_project.py` rewrites what is made of the registries and the golden cases: the tables in
docs/language.md, docs/reference.md, the examples of `gipspec explain`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

import gipspec
from gipspec.diagnostics import CODES
from gipspec.diagnostics.examples import read_examples
from gipspec.lang.vocabulary import (
    DATA_OPTIONS,
    FIGURE_OPTIONS,
    FUNCTIONS,
    LEARNERS,
    OPTIONS,
    TABLE_OPTIONS,
    LearnerEntry,
    describe,
)
from gipspec.lang.vocabulary.reference import reference_page
from gipspec.propose.examples import EXAMPLES as EXAMPLE_SPECS
from gipspec.propose.examples import example_files

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
LANGUAGE = ROOT / "docs" / "language.md"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEXTS = (".py", ".md", ".gip", ".toml", ".lark", ".jinja", ".tex", ".json", ".csv", ".txt", ".yml", "")
FOLDERS = ("gipspec", "grammar", "specs", "templates", "tests", "bench", "docs", ".ci")

# ---------------------------------------------------------------- the reference, written from the vocabulary


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def row(*cells: str) -> str:
    return "| " + " | ".join(cell(c) for c in cells) + " |"


def options_table() -> Iterable[str]:
    yield row("option", "default", "takes", "meaning", "for example")
    yield "|---|---|---|---|---|"
    for o in OPTIONS.values():
        yield row(f"`{o.name}`", o.default, describe(o.kind), o.meaning, f"`{o.example}`")


def learners_table() -> Iterable[str]:
    yield row("learner", "meaning", "parameters and defaults", "library")
    yield "|---|---|---|---|"
    for entry in LEARNERS.values():
        extra = f" (extra `{entry.extra}`)" if entry.extra else ""
        task = " · classifier only" if entry.task == "classification" else ""
        yield row(f"`{entry.name}`", entry.meaning + task + extra, parameters(entry), f"`{entry.library}`")


def parameters(entry: LearnerEntry) -> str:
    return ", ".join(
        f"`{p.name}={shown(p.default)}`" + (f" ({p.library_name})" if p.library_name else "")
        for p in entry.parameters
    )


def shown(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return "1/3" if value == 1 / 3 else f"{value:g}"
        case tuple():
            return "[" + ", ".join(shown(v) for v in value) + "]"
        case _:
            return str(value)


def functions_table() -> Iterable[str]:
    yield row("function", "meaning", "for example")
    yield "|---|---|---|"
    for f in FUNCTIONS.values():
        more = ("...",) if f.repeats else ()
        arguments = ", ".join((*f.positional, *more, *(f"{n}=" for n in f.named)))
        yield row(f"`{f.name}({arguments})`", f.meaning, f"`{f.example}`")


def exhibits_table() -> Iterable[str]:
    yield row("statement", "option", "default", "takes", "meaning")
    yield "|---|---|---|---|---|"
    for statement, table in (("table", TABLE_OPTIONS), ("figure", FIGURE_OPTIONS), ("data", DATA_OPTIONS)):
        for o in table.values():
            yield row(f"`{statement}`", f"`{o.name}`", o.default, describe(o.kind), o.meaning)


TABLES = {
    "options": options_table,
    "learners": learners_table,
    "functions": functions_table,
    "exhibits": exhibits_table,
}


def with_tables(text: str) -> str:
    for name, table in TABLES.items():
        body = f"<!-- {name} -->\n" + "\n".join(table()) + "\n<!-- end -->"
        text = re.sub(rf"<!-- {name} -->\n.*?<!-- end -->", lambda _, b=body: b, text, flags=re.DOTALL)
    return text


def test_the_reference_is_that_of_the_vocabulary() -> None:
    text = LANGUAGE.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->" in text for name in TABLES)
    assert text == with_tables(text), "run `python tests/test_project.py`"


BAD = ROOT / "tests" / "golden" / "bad"
EXAMPLES = ROOT / "gipspec" / "diagnostics" / "examples.json"
REFERENCE = ROOT / "docs" / "reference.md"


def golden_example(code: str) -> str:
    """Return the first message of a code in its golden cases, as if the spec were `study.gip`."""
    for case in sorted(BAD.glob(f"{code}_*.txt")):
        for block in re.split(r"\n\n(?=\w+\[)", case.read_text(encoding="utf-8")):
            if re.match(rf"\w+\[{code}\]", block):
                text = block.strip("\n").replace("FOLDER/", "").replace(f"{case.stem}.gip", "study.gip")
                return re.sub(rf"\b{re.escape(case.stem)}\b", "study", text)
    return ""


def golden_examples() -> str:
    found = {code: example for code in CODES if (example := golden_example(code))}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def test_the_examples_of_problems_are_those_of_the_golden_cases() -> None:
    assert EXAMPLES.read_text(encoding="utf-8") == golden_examples(), "run `python tests/test_project.py`"


def test_the_reference_page_is_that_of_the_registries() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference_page(), "run `python tests/test_project.py`"


# ---------------------------------------------------------------- snippets


def snippets(path: Path, kind: str) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"^```{re.escape(kind)}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def problems_of(text: str, folder: Path) -> list[str]:
    """Return the codes of a spec's errors; a data file that is not there leaves its columns on trust."""
    found = gipspec.loads(text, folder=folder).problems
    return sorted({p.code for p in found if p.severity == "error"} - {"G301"})


def completed(snippet: str) -> str:
    """Add the data and the names that a snippet of the docs leaves out."""
    lines = [snippet]
    if not re.search(r"^data ", snippet, flags=re.MULTILINE):
        lines += ['data "panel.dta"', "panel city year"]
    if "controls" in snippet and not re.search(r"^set controls", snippet, flags=re.MULTILINE):
        lines.append("set controls = lngdp + density")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("snippet", snippets(README, "gip"))
def test_the_readme_holds_sound_specs(snippet: str, tmp_path: Path) -> None:
    assert problems_of(snippet, tmp_path) == []


def test_the_readme_shows_every_stage_in_python(tmp_path: Path) -> None:
    (spec,) = snippets(README, "gip")
    (code,) = snippets(README, "python")
    (tmp_path / "study.gip").write_text(spec + "defaults reps=1\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "True ()" in done.stdout
    assert (tmp_path / "out" / "study" / "tables" / "main.tex").exists()


@pytest.mark.parametrize("snippet", snippets(LANGUAGE, "gip"))
def test_the_language_is_shown_by_sound_specs(snippet: str, tmp_path: Path) -> None:
    assert problems_of(completed(snippet), tmp_path) == []


def test_the_castle_study_is_sound() -> None:
    path = ROOT / "specs" / "castle.gip"
    assert problems_of(path.read_text(encoding="utf-8"), path.parent) == []


@pytest.mark.parametrize("path", sorted((ROOT / "specs").glob("*.gip")), ids=lambda p: p.name)
def test_the_specs_are_in_canonical_form(path: Path) -> None:
    from gipspec.lang.load import read_source
    from gipspec.lang.parser import parse
    from gipspec.lang.printer import format_file

    file, problems = parse(read_source(path))
    assert not problems
    assert format_file(file) == path.read_text(encoding="utf-8")


# ---------------------------------------------------------------- the project's own statements


def readme_command(marker: str) -> str:
    text = README.read_text(encoding="utf-8")
    (command,) = re.findall(rf"<!-- {marker} -->\n```sh\n(.*)\n```", text)
    return str(command)


def test_the_readme_opens_with_two_commands() -> None:
    assert readme_command("run").endswith("gipspec run specs/castle.gip")
    assert readme_command("test").endswith("python -m pytest")
    extras = PYPROJECT["project"]["optional-dependencies"]
    for marker in ("run", "test"):
        (extra,) = re.findall(r"\.\[(\w+)\]", readme_command(marker))
        assert extra in extras


def test_ci_takes_the_test_command_from_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- test -->" in script
    assert "README.md" in script
    assert "pytest" not in script


def test_the_changelog_names_the_version() -> None:
    version = PYPROJECT["project"]["version"]
    assert version == gipspec.__version__
    assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_link_leads_somewhere() -> None:
    for page in (README, *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def committed() -> list[Path]:
    """Return the text files that git tracks, or those of the project's folders where there is no git."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0 and done.stdout:
        paths = [ROOT / name.decode() for name in done.stdout.split(b"\0") if name]
    else:
        paths = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*")]
        paths += [p for p in ROOT.iterdir() if p.suffix in (".md", ".toml")]
    return [p for p in paths if p.is_file() and p.suffix in TEXTS]


def test_nothing_names_a_folder_of_somebodys_machine() -> None:
    place = re.compile(r"(?<![\w.$}])/(?:" + "|".join(("home", "root", "Users", "work")) + r")/\w")
    found = [
        str(p.relative_to(ROOT))
        for p in committed()
        if place.search(p.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found


def test_the_wheel_carries_grammar_and_templates(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("gipspec-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("grammar", "templates"):
        wanted = {
            f"gipspec/{p.relative_to(ROOT).as_posix()}" for p in (ROOT / folder).rglob("*") if p.is_file()
        }
        assert wanted, f"{folder}/ is empty"
        assert wanted <= names
    assert "gipspec/py.typed" in names
    assert "gipspec/diagnostics/examples.json" in names
    assert {n for n in names if "/specs/" in n} == {
        f"gipspec/specs/{file.name}" for example in EXAMPLE_SPECS for file in example_files(example)
    }
    assert not [n for n in names if n.startswith(("tests/", "bench/"))]


if __name__ == "__main__":
    LANGUAGE.write_text(with_tables(LANGUAGE.read_text(encoding="utf-8")), encoding="utf-8")
    EXAMPLES.write_text(golden_examples(), encoding="utf-8")
    read_examples.cache_clear()
    REFERENCE.write_text(reference_page(), encoding="utf-8")
