"""What the documentation shows is true: its specs are sound, its commands do what it says they print.

Before a fenced block may stand, as a comment of the page: `file: NAME`, the block is written there;
`add: NAME`, it is added there; `exit: 1`, the commands of the block end so. A `text` block after commands is
part of what they print.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gipspec.cli import main
from gipspec.lang.parser import parse
from gipspec.source import Source

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOLD = [ROOT / "docs" / "tutorial.md", ROOT / "docs" / "commands.md"]  # pages whose commands are carried out
BLOCK = re.compile(
    r"(?:^<!-- (?P<order>file|add|exit): (?P<value>\S+) -->\n)?"
    r"^```(?P<kind>[\w ]+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    kind: str
    text: str
    order: str
    value: str


def blocks(page: Path) -> Iterator[Block]:
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield Block(
            kind=found["kind"], text=found["text"], order=found["order"] or "", value=found["value"] or ""
        )


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_spec_of_the_docs_is_read_without_a_problem(page: Path) -> None:
    for block in blocks(page):
        if block.kind == "gip":
            _, problems = parse(Source.of(name_of(page), block.text))
            assert not problems, f"{problems[0].message} in\n{block.text}"


@pytest.mark.parametrize("page", TOLD, ids=name_of)
def test_commands_print_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = ""
    for block in blocks(page):
        match block.kind, block.order:
            case "gip", "file":
                Path(block.value).write_text(block.text, encoding="utf-8")
            case "gip", "add":
                text = Path(block.value).read_text(encoding="utf-8")
                Path(block.value).write_text(f"{text}\n{block.text}", encoding="utf-8")
            case "sh", _:
                printed = ""
                for line in block.text.splitlines():
                    wanted = int(block.value) if block.order == "exit" else 0
                    assert run(line) == wanted, f"{line}\n{capfd.readouterr().err}"
                    out, err = capfd.readouterr()
                    printed += out + err
            case "text", _:
                assert block.text.rstrip() in printed, f"not printed:\n{block.text}\nbut:\n{printed}"


def run(line: str) -> int:
    """Carry out a command of a page, in this process."""
    program, command, *rest = shlex.split(line)
    assert program == "gipspec"
    with pytest.raises(SystemExit) as ended:
        main([command, *(["-j", "1"] if command == "run" else []), *rest])
    return int(ended.value.code or 0)


def test_the_site_has_every_page() -> None:
    site = (ROOT / ".mkdocs.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"^  - .+: (\S+\.md)$", site, re.MULTILINE))
    assert listed == {page.name for page in (ROOT / "docs").glob("*.md")}
