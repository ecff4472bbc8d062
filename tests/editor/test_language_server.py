"""The language server, asked by a client of its own over standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from spec_texts import SPEC, folder_of

lsp = pytest.importorskip("lsprotocol.types")
client_module = pytest.importorskip("pygls.lsp.client")

WAIT = 60  # seconds, of a machine with much else to do

Talk = Callable[["Editor"], Coroutine[Any, Any, None]]


class Editor:
    """An editor with one document open."""

    def __init__(self, folder: Path) -> None:
        self.client = client_module.LanguageClient("test", "1")
        self.uri = (folder / "study.gip").as_uri()
        self.text = SPEC
        self.answer: Any = None  # to `initialize`
        self.found: asyncio.Queue[Any] = asyncio.Queue()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: Any) -> None:
            self.found.put_nowait(list(params.diagnostics))

    async def open(self) -> Any:
        await self.client.start_io(sys.executable, "-m", "gipspec", "lsp")
        rename = lsp.RenameClientCapabilities(prepare_support=True)
        able = lsp.ClientCapabilities(text_document=lsp.TextDocumentClientCapabilities(rename=rename))
        answer = await self.client.initialize_async(lsp.InitializeParams(capabilities=able, root_uri=None))
        self.client.initialized(lsp.InitializedParams())
        item = lsp.TextDocumentItem(uri=self.uri, language_id="gip", version=1, text=self.text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=item))
        return answer

    async def diagnostics(self) -> Any:
        return await asyncio.wait_for(self.found.get(), WAIT)

    async def replace(self, old: str, new: str, version: int) -> Any:
        """Type: change a stretch of the text, the rest untouched; return what is wrong then."""
        start = self.text.index(old)
        change = lsp.TextDocumentContentChangePartial(
            range=lsp.Range(start=self.position(start), end=self.position(start + len(old))), text=new
        )
        self.text = self.text.replace(old, new, 1)
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                text_document=lsp.VersionedTextDocumentIdentifier(uri=self.uri, version=version),
                content_changes=[change],
            )
        )
        return await self.diagnostics()

    def position(self, offset: int) -> Any:
        before = self.text[:offset]
        column = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
        return lsp.Position(line=before.count("\n"), character=column)

    @property
    def document(self) -> Any:
        return lsp.TextDocumentIdentifier(uri=self.uri)

    def at(self, text: str, further: int = 0) -> dict[str, Any]:
        return {"text_document": self.document, "position": self.position(self.text.index(text) + further)}

    async def close(self) -> str:
        """End the server; return what it wrote on stderr."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        said = await self.client._server.stderr.read()
        await self.client.stop()
        return said.decode()


def talk(tmp_path: Path, what: Talk) -> None:
    async def whole() -> None:
        editor = Editor(folder_of(tmp_path))
        answer = editor.answer = await editor.open()
        assert answer.server_info.name == "gipspec"
        assert await editor.diagnostics() == []
        await what(editor)
        assert await editor.close() == ""

    asyncio.run(asyncio.wait_for(whole(), 4 * WAIT))


def test_an_editor_is_served(tmp_path: Path) -> None:
    async def session(editor: Editor) -> None:
        client = editor.client

        # a mistake shows where it stands, and its suggestion can be applied; the text before it is Chinese
        await editor.replace('"Towns"', '"城市 😀"', 2)
        (wrong, other) = await editor.replace("| controls; learner=best", "| 控制 + gdpp; learner=best", 3)
        assert {wrong.code, other.code} == {"G102"}
        line = editor.text.split("\n")[other.range.start.line]
        assert line[other.range.start.character : other.range.end.character] == "gdpp"
        actions = await client.text_document_code_action_async(
            lsp.CodeActionParams(
                text_document=editor.document,
                range=other.range,
                context=lsp.CodeActionContext(diagnostics=[other]),
            )
        )
        (edit,) = actions[0].edit.changes[editor.uri]
        assert (edit.new_text, edit.range) == ("gdp", other.range)
        assert await editor.replace("控制 + gdpp", "controls", 5) == []

        # completion, hover, definition, references, outline
        await editor.replace("base - calm", "base - ca", 6)
        offered = await client.text_document_completion_async(
            lsp.CompletionParams(**editor.at("base - ca", 9))
        )
        assert "calm" in {item.label for item in offered.items}
        await editor.replace("base - ca", "base - calm", 7)
        shown = await client.text_document_hover_async(lsp.HoverParams(**editor.at("gdp\nsample", 1)))
        assert "24 values, 0 missing" in shown.contents.value
        found = await client.text_document_definition_async(lsp.DefinitionParams(**editor.at("algos.ols", 8)))
        assert found.range.start == editor.position(editor.text.index("algos <-"))
        places = await client.text_document_references_async(
            lsp.ReferenceParams(
                **editor.at("controls ="), context=lsp.ReferenceContext(include_declaration=True)
            )
        )
        assert len(places) == 2
        outline = await client.text_document_document_symbol_async(
            lsp.DocumentSymbolParams(text_document=editor.document)
        )
        assert [s.name for s in outline] == [
            "lngdp",
            "controls",
            "late",
            "best",
            "base",
            "algos",
            "calm",
            "gap",
            "main",
        ]

        # rename, refused and done; format
        change = await client.text_document_rename_async(
            lsp.RenameParams(**editor.at("late ="), new_name="recent")
        )
        assert {e.new_text for e in change.changes[editor.uri]} == {"recent"}
        assert len(change.changes[editor.uri]) == 2
        with pytest.raises(Exception, match="no others"):
            await client.text_document_rename_async(lsp.RenameParams(**editor.at("park |"), new_name="x"))
        (laid,) = await client.text_document_formatting_async(
            lsp.DocumentFormattingParams(
                text_document=editor.document, options=lsp.FormattingOptions(tab_size=4, insert_spaces=True)
            )
        )
        assert "algos <- base; learner=[ols, gbm]\n" in laid.new_text

    talk(tmp_path, session)


def test_what_is_included_shows_where_it_comes_in(tmp_path: Path) -> None:
    async def session(editor: Editor) -> None:
        (tmp_path / "parts").mkdir()
        shared = tmp_path / "parts" / "common.gip"
        shared.write_text("# shared\nset more = gdp + nothing\nset fine = gdp\n", encoding="utf-8")
        (found,) = await editor.replace("panel town year", 'panel town year\ninclude "parts/common.gip"', 2)
        assert found.code == "G102"
        assert found.message.startswith("common.gip, line 2: `nothing` is not a column of towns.csv")
        assert found.range.start == editor.position(editor.text.index('"parts'))
        (there,) = found.related_information
        assert there.location.uri == shared.as_uri()
        assert (there.location.range.start.line, there.location.range.start.character) == (1, 17)

        await editor.replace("| controls; learner=best", "| fine; learner=best", 3)
        place = await editor.client.text_document_definition_async(
            lsp.DefinitionParams(**editor.at("fine;", 1))
        )
        assert (place.uri, place.range.start.line) == (shared.as_uri(), 2)

        editor.client.text_document_did_close(lsp.DidCloseTextDocumentParams(text_document=editor.document))
        assert await editor.diagnostics() == []

    talk(tmp_path, session)


def test_what_is_refused_is_answered_and_not_logged(tmp_path: Path) -> None:
    async def session(editor: Editor) -> None:
        client = editor.client

        async def refused(request: Any) -> Any:
            with pytest.raises(Exception, match=r".") as caught:
                await request
            assert caught.value.code == lsp.LSPErrorCodes.RequestFailed
            return str(caught.value)

        taken = lsp.RenameParams(**editor.at("lngdp ="), new_name="controls")
        assert await refused(client.text_document_rename_async(taken)) == "`controls` is there already"
        (tmp_path / "latin.gip").write_bytes(b'study "caf\xe9"\n')
        for name, reason in (("away.gip", "cannot read"), ("latin.gip", "latin.gip"), ("", "cannot read")):
            there = lsp.TextDocumentIdentifier(uri=(tmp_path / name).as_uri())
            asked = lsp.HoverParams(text_document=there, position=lsp.Position(line=0, character=0))
            assert reason in await refused(client.text_document_hover_async(asked))

        shared = tmp_path / "closed.gip"
        for text in ("set a = gdp\n", "set a = gdp\nset b = gdp\n"):  # a file that is not open, as it stands
            shared.write_text(text, encoding="utf-8")
            outline = await client.text_document_document_symbol_async(
                lsp.DocumentSymbolParams(text_document=lsp.TextDocumentIdentifier(uri=shared.as_uri()))
            )
            assert len(outline) == text.count("set")

    talk(tmp_path, session)


def test_an_editor_asks_what_can_be_renamed(tmp_path: Path) -> None:
    async def session(editor: Editor) -> None:
        async def asked(text: str, further: int = 0) -> Any:
            return await editor.client.text_document_prepare_rename_async(
                lsp.PrepareRenameParams(**editor.at(text, further))
            )

        assert editor.answer.capabilities.rename_provider.prepare_provider
        found = await asked("algos.ols;", 2)
        assert found.placeholder == "algos"
        start = editor.text.index("algos.ols;")
        assert (found.range.start, found.range.end) == (editor.position(start), editor.position(start + 9))
        assert await asked("park |") is None
        assert await asked("study") is None

    talk(tmp_path, session)


def test_a_mistake_of_the_server_is_logged_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    import logging

    from gipspec.editor.server import make_server

    log = logging.getLogger("pygls")
    before = log.handlers, log.propagate
    try:
        make_server()
        try:
            raise KeyError("x")
        except KeyError:
            logging.getLogger("pygls.protocol.json_rpc").exception("message %s", 3)
        assert capsys.readouterr().err == "gipspec lsp: message 3: KeyError: 'x'\n"
    finally:
        log.handlers, log.propagate = before
