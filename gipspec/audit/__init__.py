"""The audit: one rule a function over study and results; it changes nothing."""

from gipspec.audit.review import RULES, review

__all__ = ["RULES", "review"]
