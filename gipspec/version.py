"""The version, readable without importing anything else."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("gipspec")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.1.0"
