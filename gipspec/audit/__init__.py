"""The audit: one rule a function over a study, its data and its results; it changes nothing."""

from gipspec.audit.lost import rows_lost
from gipspec.audit.review import findings, idle, with_ledger
from gipspec.audit.rules import RAISED, RULES, STATIC

__all__ = ["RAISED", "RULES", "STATIC", "findings", "idle", "rows_lost", "with_ledger"]
