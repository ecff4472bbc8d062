"""The version, readable without importing anything else: looking for it took a tenth of a check."""

__version__ = "0.1.0"
