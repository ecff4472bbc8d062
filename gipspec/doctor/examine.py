"""Looking at everything, one kind after the other."""

from __future__ import annotations

from pathlib import Path

from gipspec.doctor.check import Check
from gipspec.doctor.machine import machine
from gipspec.doctor.packages import packages
from gipspec.doctor.parts import parts
from gipspec.doctor.store import store_health
from gipspec.doctor.typesetting import typesetting


def examine(store: Path) -> tuple[Check, ...]:
    """Look at the installation, the versions, the machine, what typesets, and a store; change nothing."""
    return (*parts(), *packages(), *machine(store), *typesetting(), *store_health(store))
