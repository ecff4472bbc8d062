"""The order in which names are shown."""

from __future__ import annotations

from gipspec.report.names import natural_key


def test_numbers_in_names_count_as_numbers_times_before_an_event_too() -> None:
    names = ["event.overall", "event.1", "event.-1", "m10", "event.-10", "event.0", "m2"]
    assert sorted(names, key=natural_key) == [
        "event.-10",
        "event.-1",
        "event.0",
        "event.1",
        "event.overall",
        "m2",
        "m10",
    ]
