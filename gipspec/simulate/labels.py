"""Labels of the columns, in the order of the columns, and of the values of the coded ones."""

from __future__ import annotations

from gipspec.simulate.places import PROVINCES, REGIONS

LABELS = {
    "city": "City",
    "city_name": "Name of the city",
    "province": "Province",
    "year": "Year",
    "region": "Region",
    "municipality": "Municipality under the central government",
    "resource": "Resource-based city",
    "gip": "Green industrial park",
    "gip_year": "Year of accreditation",
    "parks": "Number of green industrial parks",
    "quota": "In the park quota, drawn by lot",
    "lowcarbon": "Low-carbon city pilot",
    "smartcity": "Smart city pilot",
    "gdp": "GDP (10,000 yuan)",
    "density": "Log of population density",
    "urban": "Share of urban population",
    "finance": "Loans over GDP",
    "fdi": "Foreign direct investment over GDP",
    "government": "Government spending over GDP",
    "openness": "Trade openness",
    "digital": "Digital economy",
    "compute": "AI computing power",
    "patents": "Green patents (log)",
    "upgrading": "Industrial upgrading",
    "resist": "Resistance",
    "recover": "Recovery",
    "adapt": "Adaptive transformation",
    "volatility": "Volatility of industrial output",
    "resilience_true": "Latent resilience (truth of the simulation)",
    "effect_true": "Effect of a park in the city (truth)",
}

_NO_YES = {0: "No", 1: "Yes"}
VALUE_LABELS: dict[str, dict[int, str]] = {
    "province": {number: name for number, (name, _, _) in enumerate(PROVINCES, start=1)},
    "region": dict(REGIONS),
    "municipality": _NO_YES,
    "resource": {0: "Other", 1: "Resource-based"},
    "gip": _NO_YES,
    "lowcarbon": _NO_YES,
    "smartcity": _NO_YES,
}
