"""How long the language takes: parsing, checking, and the start of the command line.

    python bench/language.py

Prints seconds, the best of a few runs: machines are shared. Goals: 2,000 statements parsed in 1 s,
`gipspec check` of a 200-line spec in 0.5 s, `gipspec --help` in 0.3 s; an editor has the messages of a spec
of 500 lines 100 ms after a change.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from command import as_user, parser_of, user_environment
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from gipspec.lang.parser import parse
from gipspec.source import Source

RUNS = 7


def spec(lines: int, data: str) -> str:
    """Return a spec of so many lines: declarations, models, fans and tables in the usual mixture."""
    text = [
        'study "A long study"',
        f"data {data}",
        "panel sid year",
        "let lnpol = log(l_police + 5)",
        "set controls = lnpol + unemployrt + poverty^2 + l_income:l_prisoner",
        "learner best = stack(rf(trees=100, leaf=5), lasso, gbm)",
        "base <- l_homicide ~ post | controls",
    ]
    makers = (
        "v{i} <- base; learner=[ols, rf(trees={n}), best]; reps=3",
        "v{i} <- base; winsor=[1%, 5%]; sample=year >= {y} and not (year == 2009)",
        "v{i} <- base; add=blackm_15_24 + whitem_15_24:year; drop=poverty^2  # a comment",
        "v{i} <- robbery ~ post * l_police | lnpol + poly(l_income, 2) + I(poverty / 100)",
        'table t{i} "Table {i}": base; digits=4',
    )
    text += [makers[i % 5].format(i=i, n=10 + i, y=2000 + i % 8) for i in range(lines - len(text))]
    return "\n".join(text) + "\n"


def best(work: Callable[[], object], runs: int = RUNS) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def command(*args: str) -> Callable[[], object]:
    line = [*as_user(), *args]
    return lambda: subprocess.run(line, capture_output=True, check=True, env=user_environment())


async def edits(text: str, old: str, runs: int = 20) -> list[float]:
    """Return seconds from a change in the first `old`, a word with a number at its end, to the messages.

    The language server runs as an editor runs it, over standard input and output.
    """
    client, found = LanguageClient("bench", "1"), asyncio.Queue[lsp.PublishDiagnosticsParams]()
    client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: found.put_nowait(params))
    await client.start_io(sys.executable, "-m", "gipspec", "lsp")
    await client.initialize_async(lsp.InitializeParams(capabilities=lsp.ClientCapabilities()))
    client.initialized(lsp.InitializedParams())
    uri = (Path.cwd() / "study.gip").as_uri()
    document = lsp.TextDocumentItem(uri=uri, language_id="gip", version=1, text=text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=document))
    assert not (await found.get()).diagnostics
    before = text[: text.index(old) + len(old) - 1]
    line, column = before.count("\n"), len(before.rpartition("\n")[2])
    place = lsp.Range(start=lsp.Position(line, column), end=lsp.Position(line, column + 1))
    times = []
    for version in range(2, runs + 2):
        change = lsp.TextDocumentContentChangePartial(range=place, text=str(2 + version % 5))
        changed = lsp.VersionedTextDocumentIdentifier(uri=uri, version=version)
        start = time.perf_counter()
        client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(text_document=changed, content_changes=[change])
        )
        assert (await found.get()).version == version
        times.append(time.perf_counter() - start)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]
    return times


def main() -> None:
    parser_of(__doc__).parse_args()
    long = Source.of("long.gip", spec(2000, "causaldata::castle"))
    parse(Source.of("warm.gip", "base <- y ~ d | x\n"))
    assert not parse(long)[1]
    print(f"parse 2,000 statements     {best(lambda: parse(long), 3):.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.gip"
        path.write_text(spec(200, "causaldata::castle"), encoding="utf-8")
        print(f"gipspec check, 200 lines   {best(command('check', str(path))):.2f} s")
    text = spec(500, "causaldata::castle")
    for what, old in (("a model", "reps=3"), ("a `let`", "l_police + 5"), ("a `set`", "poverty^2")):
        times = asyncio.run(edits(text, old))
        typical, least = (1000 * of(times) for of in (statistics.median, min))
        print(f"a change of {what:<15}{typical:.0f} ms in 500 lines until the messages ({least:.0f} at best)")
    print(f"gipspec --help             {best(command('--help')):.2f} s")
    bare = best(lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    print(f"python itself              {bare:.2f} s")


if __name__ == "__main__":
    main()
