"""What is shown of names: their order, and the labels of terms."""

from __future__ import annotations

from gipspec.report.names import joined_label, natural_key


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


def test_terms_made_of_a_column_have_its_label() -> None:
    labels = {"gdp": "GDP", "fdi": "FDI", "x^2": "Own words"}
    shown = {
        "gdp^2": "GDP squared",
        "lag(gdp)": "GDP (period before)",
        "gdp:fdi^3": "GDP × FDI cubed",
        "x^2": "Own words",
        "lag(other)": "lag(other)",
        "gdp^2 + fdi": "gdp^2 + fdi",
    }
    assert {name: joined_label(name, labels) for name in shown} == shown
