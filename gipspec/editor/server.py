"""The language server: gipspec for editors. The only module that knows pygls."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from gipspec.diagnostics import GipError, Note, Problem
from gipspec.editor.complete import Sort, complete
from gipspec.editor.data import Frames
from gipspec.editor.document import Document, analyse
from gipspec.editor.edits import Edit, RefusedError, fixes, lay_out, rename, renamed_at
from gipspec.editor.hover import hover
from gipspec.editor.positions import Place, offset_of, places_of
from gipspec.lang.load import read_source
from gipspec.source import Span
from gipspec.version import __version__

NAME = "gipspec"
MOST_ITEMS = 1000  # that are offered at once: an editor asks again when more of the word is written

_KINDS: dict[Sort, lsp.CompletionItemKind] = {
    "word": lsp.CompletionItemKind.Keyword,
    "column": lsp.CompletionItemKind.Field,
    "set": lsp.CompletionItemKind.Variable,
    "model": lsp.CompletionItemKind.Class,
    "option": lsp.CompletionItemKind.Property,
    "value": lsp.CompletionItemKind.EnumMember,
    "function": lsp.CompletionItemKind.Function,
    "learner": lsp.CompletionItemKind.Module,
    "parameter": lsp.CompletionItemKind.Property,
    "file": lsp.CompletionItemKind.File,
    "rule": lsp.CompletionItemKind.Reference,
}
_OUTLINE = {
    "let": lsp.SymbolKind.Field,
    "set": lsp.SymbolKind.Variable,
    "sample": lsp.SymbolKind.Boolean,
    "learner": lsp.SymbolKind.Module,
    "model": lsp.SymbolKind.Class,
    "table": lsp.SymbolKind.Array,
    "figure": lsp.SymbolKind.Array,
}
_SEVERITIES = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}


class Server(LanguageServer):
    """The documents that are open, each as it was checked last."""

    def __init__(self) -> None:
        super().__init__(NAME, __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental)
        self.documents: dict[str, Document] = {}
        self.frames = Frames()

    def check(self, uri: str) -> Document:
        """Check a document that is open as it is now and tell the editor what is wrong."""
        text = self.workspace.get_text_document(uri)
        document = analyse(text.source, _path(uri), self.documents.get(uri))
        self.documents[uri] = document
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(
                uri=uri, version=text.version, diagnostics=list(_diagnostics(document, uri))
            )
        )
        return document

    def document(self, uri: str) -> Document:
        """Return a document that is open, or else the file as it stands. Raises an answer that refuses."""
        if uri in self.documents:
            return self.documents[uri]
        path = _path(uri)
        try:
            return analyse(read_source(path).text, path)
        except GipError as error:
            raise _refusal(error.problems[0].message) from None
        except ValueError:  # a name that the system cannot have
            raise _refusal(f"cannot read {uri}") from None


def make_server() -> Server:
    """Return a server; its `start_io` serves one editor over standard input and output."""
    _log_lines()
    server = Server()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.check(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.check(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        for uri in server.documents:  # one that is included, or whose data were written anew
            server.check(uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.documents.pop(uri, None)
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION,
        lsp.CompletionOptions(trigger_characters=["~", "|", ";", "=", "(", ",", ":", '"', "/", "`", " "]),
    )
    def completion(params: lsp.CompletionParams) -> lsp.CompletionList:
        document = server.document(params.text_document.uri)
        found = complete(document, _offset(document, params.position))
        items = [
            lsp.CompletionItem(
                label=item.text,
                kind=_KINDS[item.sort],
                detail=item.detail or None,
                documentation=item.meaning or None,
                filter_text="`" * found.quoted + item.text.strip("`"),  # as the word begins that is written
                sort_text=f"{place:05d}",
                text_edit=lsp.TextEdit(range=_range(found.span), new_text=item.text),
            )
            for place, item in enumerate(found.items[:MOST_ITEMS])
        ]
        return lsp.CompletionList(is_incomplete=len(found.items) > MOST_ITEMS, items=items)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        document = server.document(params.text_document.uri)
        found = hover(document, _offset(document, params.position), server.frames.of)
        if found is None:
            return None
        content = lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=found.markdown)
        return lsp.Hover(contents=content, range=_range(found.span))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(params: lsp.DefinitionParams) -> lsp.Location | None:
        document = server.document(params.text_document.uri)
        symbol = document.symbol_at(_offset(document, params.position))
        found = document.definition(symbol) if symbol else None
        return _location(found.span, document, params.text_document.uri) if found else None

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        document = server.document(params.text_document.uri)
        symbol = document.symbol_at(_offset(document, params.position))
        places = document.places(symbol) if symbol else ()
        wanted = (p for p in places if params.context.include_declaration or not p.defines)
        return [_location(p.span, document, params.text_document.uri) for p in wanted]

    @server.feature(lsp.TEXT_DOCUMENT_RENAME)
    def renamed(params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        document = server.document(params.text_document.uri)
        try:
            edits = rename(document, _offset(document, params.position), params.new_name)
        except RefusedError as error:
            raise _refusal(str(error)) from None
        return _workspace_edit(params.text_document.uri, edits)

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def renameable(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        document = server.document(params.text_document.uri)
        found = renamed_at(document, _offset(document, params.position))
        if found is None:
            return None
        return lsp.PrepareRenamePlaceholder(range=_range(found.span), placeholder=found.root)

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatted(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        source = server.document(params.text_document.uri).source
        text = lay_out(source.text)
        whole = Span(source=source, start=0, end=len(source.text))
        return [] if text == source.text else [lsp.TextEdit(range=_range(whole), new_text=text)]

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])
    )
    def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        document, uri = server.document(params.text_document.uri), params.text_document.uri
        first, last = (_offset(document, place) for place in (params.range.start, params.range.end))
        return [
            lsp.CodeAction(
                title=fix.title,
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[_diagnostic(fix.problem, document, uri)],
                edit=_workspace_edit(uri, (fix.edit,)),
                is_preferred=True,
            )
            for fix in fixes(document.loaded.problems, document.source)
            if fix.edit.span.start <= last and first <= fix.edit.span.end
        ]

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outline(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        document = server.document(params.text_document.uri)
        return [
            lsp.DocumentSymbol(
                name=s.name,
                detail=s.word,
                kind=_OUTLINE[s.word],
                range=_range(s.span),
                selection_range=_range(s.span),
            )
            for s in document.symbols
            if s.defines and s.span.source == document.source
        ]

    return server


class _Line(logging.Formatter):
    """A record in a line: what went wrong is named, and where is left to the answer, which has it."""

    def format(self, record: logging.LogRecord) -> str:
        kind, error, _ = record.exc_info or (None, None, None)
        why = f": {kind.__name__}: {error}" if kind else ""
        return f"{NAME} lsp: {record.getMessage()}{why}"


def _log_lines() -> None:
    """Log mistakes of the server in a line each, and nothing of a request that was answered by a refusal."""
    log, lines = logging.getLogger("pygls"), logging.StreamHandler()
    lines.setLevel(logging.ERROR)
    lines.setFormatter(_Line())
    lines.addFilter(lambda r: not (r.exc_info and isinstance(r.exc_info[1], JsonRpcException)))
    log.handlers, log.propagate = [lines], False


def _refusal(reason: str) -> JsonRpcException:
    """Return the answer to a request that cannot be done, as it is told to the user."""
    return JsonRpcException(reason, code=lsp.LSPErrorCodes.RequestFailed)


def _path(uri: str) -> Path:
    return Path(to_fs_path(uri) or "untitled.gip")


def _diagnostics(document: Document, uri: str) -> Iterator[lsp.Diagnostic]:
    """Yield what is wrong in a document; a problem of what it includes stands at the `include`."""
    for found in document.loaded.problems:
        if found.span is None or found.span.source == document.source:
            yield _diagnostic(found, document, uri)
        elif brought := document.included(found.span.source):
            there = Note(text="it stands here", span=found.span)
            message = f"{found.span.source.name}, line {found.span.line}: {found.message}"
            at_include = replace(found, span=brought[0], message=message, notes=(there, *found.notes))
            yield _diagnostic(at_include, document, uri)


def _diagnostic(found: Problem, document: Document, uri: str) -> lsp.Diagnostic:
    span = found.span or Span(source=document.source, start=0, end=0)
    related = [
        lsp.DiagnosticRelatedInformation(location=_location(n.span, document, uri), message=n.text)
        for n in found.notes
    ]
    return lsp.Diagnostic(
        range=_range(span),
        severity=_SEVERITIES[found.severity],
        code=found.code,
        source=NAME,
        message=found.message + (f"\n{found.help}" if found.help else ""),
        related_information=related or None,
    )


def _workspace_edit(uri: str, edits: tuple[Edit, ...]) -> lsp.WorkspaceEdit:
    return lsp.WorkspaceEdit(
        changes={uri: [lsp.TextEdit(range=_range(e.span), new_text=e.text) for e in edits]}
    )


def _location(span: Span, document: Document, uri: str) -> lsp.Location:
    """Return a place in the document, or in a file that it includes."""
    if span.source != document.source and (brought := document.included(span.source)):
        uri = from_fs_path(str(brought[1].absolute())) or uri
    return lsp.Location(uri=uri, range=_range(span))


def _range(span: Span) -> lsp.Range:
    start, end = places_of(span)
    return lsp.Range(start=_position(start), end=_position(end))


def _position(place: Place) -> lsp.Position:
    return lsp.Position(line=place.line, character=place.column)


def _offset(document: Document, position: lsp.Position) -> int:
    return offset_of(document.source, Place(line=position.line, column=position.character))
