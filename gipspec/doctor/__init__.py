"""The health of a machine and of a store: one room for each kind of thing that may be missing or broken."""

from gipspec.doctor.check import Check
from gipspec.doctor.examine import examine

__all__ = ["Check", "examine"]
