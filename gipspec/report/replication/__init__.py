"""Replication packages: the spec, its outputs, the data, a README that journals accept."""

from gipspec.report.replication.write import write_replication

__all__ = ["write_replication"]
