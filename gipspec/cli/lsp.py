"""`gipspec lsp`."""

from __future__ import annotations

import gc

import click

from gipspec.cli.console import FINE
from gipspec.diagnostics import GipError, problem

COLLECT_AFTER = 50_000  # new objects: a check makes as many, which live until the next one


@click.command(
    "lsp", epilog="Editors start it; docs/editors.md says how to set them up.\n\nExamples: gipspec lsp"
)
def command() -> int:
    """Serve an editor over standard input and output (Language Server Protocol)."""
    try:
        from gipspec.editor.server import make_server
    except ImportError:
        raise GipError(problem("G655", what="`gipspec lsp`", package="pygls", extra="lsp")) from None
    gc.set_threshold(COLLECT_AFTER)
    make_server().start_io()
    return FINE
