"""gipspec: a declarative R-style modelling language for double machine learning studies."""

from gipspec.version import __version__

__all__ = ["__version__"]
