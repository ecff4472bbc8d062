"""gipspec: a declarative R-style modelling language for double machine learning studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gipspec.lazy import import_on_use
from gipspec.version import __version__

if TYPE_CHECKING:
    from gipspec.api import Loaded as Loaded
    from gipspec.api import load as load
    from gipspec.api import loads as loads
    from gipspec.diagnostics import GipError as GipError
    from gipspec.editor.notebook import Shell
else:
    __getattr__, __dir__ = import_on_use(
        __name__, {"gipspec.api": ("Loaded", "load", "loads"), "gipspec.diagnostics": ("GipError",)}
    )

__all__ = ["GipError", "Loaded", "__version__", "load", "loads"]


def load_ipython_extension(shell: Shell) -> None:
    """Make `%%gip` known to a notebook: `%load_ext gipspec`."""
    from gipspec.editor.notebook import register

    register(shell)
