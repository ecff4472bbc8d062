"""gipspec: a declarative R-style modelling language for double machine learning studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gipspec.version import __version__

if TYPE_CHECKING:
    from gipspec.api import Loaded, load, loads
    from gipspec.diagnostics import GipError
    from gipspec.editor.notebook import Shell

__all__ = ["GipError", "Loaded", "__version__", "load", "loads"]


def __getattr__(name: str) -> object:
    if name in ("Loaded", "load", "loads"):
        from gipspec import api

        return getattr(api, name)
    if name == "GipError":
        from gipspec.diagnostics import GipError

        return GipError
    raise AttributeError(f"module 'gipspec' has no attribute {name!r}")


def load_ipython_extension(shell: Shell) -> None:
    """Make `%%gip` known to a notebook: `%load_ext gipspec`."""
    from gipspec.editor.notebook import register

    register(shell)
