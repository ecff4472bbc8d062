"""The command line: colours, progress, exit codes."""

from gipspec.cli.main import main

__all__ = ["main"]
