"""True values: consistent with each other, with the frame, and with what regressions on the truth find."""

from pathlib import Path

import numpy as np
import pytest

from gipspec.simulate import gip_panel, truth_table

SIMULATION = gip_panel()
TRUTH = SIMULATION.truth
DOCUMENT = Path(__file__).parents[2] / "docs" / "simulation.md"


def city_effects(simulation):
    return simulation.frame.groupby("city").first()


def test_the_mean_effect_is_the_total():
    assert city_effects(SIMULATION)["effect_true"].mean() == pytest.approx(TRUTH["total"], abs=1e-8)
    assert gip_panel(3, effect=0.08).frame.groupby("city")["effect_true"].first().mean() == pytest.approx(
        0.08
    )


def test_direct_and_indirect_add_up():
    assert TRUTH["direct"] + TRUTH["indirect"] == pytest.approx(TRUTH["total"])
    for m in ("patents", "upgrading"):
        assert TRUTH[f"{m}.direct"] + TRUTH[f"{m}.indirect"] == pytest.approx(TRUTH["total"])
        assert TRUTH[f"{m}.indirect"] == pytest.approx(TRUTH[f"{m}.effect"] * TRUTH[f"{m}.slope"])


def test_regressing_the_city_effects_on_the_moderators_gives_the_slopes():
    cities = city_effects(SIMULATION)
    columns = [np.ones(281), cities["region"] == 1, cities["region"] == 2, cities["resource"]]
    moderators = cities[["openness", "digital", "compute"]]
    columns.append((moderators - moderators.mean()) / moderators.std(ddof=0))
    found = np.linalg.lstsq(np.column_stack(columns).astype(float), cities["effect_true"], rcond=None)[0]
    assert found[1] == pytest.approx(TRUTH["region.east"] - TRUTH["region.west"], abs=1e-6)
    assert found[2] == pytest.approx(TRUTH["region.central"] - TRUTH["region.west"], abs=1e-6)
    assert found[3] == pytest.approx(TRUTH["resource.difference"], abs=1e-6)
    expected = [TRUTH[f"{name}.slope"] for name in ("openness", "digital", "compute")]
    assert found[4:] == pytest.approx(expected, abs=1e-6)


def test_group_means_of_the_city_effects_are_the_sample_truth():
    cities = city_effects(SIMULATION)
    for name in ("openness", "digital", "compute"):
        high = cities[name] > cities[name].median()
        gap = cities["effect_true"][high].mean() - cities["effect_true"][~high].mean()
        assert gap == pytest.approx(TRUTH[f"sample.{name}.difference"], abs=1e-8)


def test_without_heterogeneity_every_city_has_the_same_effect():
    same = gip_panel(5, heterogeneous=False)
    assert same.frame["effect_true"].to_numpy() == pytest.approx(0.05, abs=1e-8)
    for v in same.truth:
        if v.name.endswith(".difference") or v.name in {"openness.slope", "digital.slope", "compute.slope"}:
            assert v.value == pytest.approx(0, abs=1e-8), v.name


def test_a_panel_without_effect_differs_by_the_effect_alone():
    with_effect = gip_panel(5, heterogeneous=False).frame
    without = gip_panel(5, effect=0.0, heterogeneous=False).frame
    gap = with_effect["resilience_true"] - without["resilience_true"]
    assert gap.to_numpy() == pytest.approx(0.05 * with_effect["gip"].to_numpy(), abs=1e-6)


def test_an_unknown_name_raises():
    with pytest.raises(KeyError):
        TRUTH["no.such.value"]


def test_the_document_states_what_the_code_returns():
    text = DOCUMENT.read_text(encoding="utf-8")
    _, _, rest = text.partition("<!-- truth -->\n")
    table, _, _ = rest.partition("\n<!-- /truth -->")
    assert table == truth_table(TRUTH)


def test_the_document_names_every_column():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [c for c in SIMULATION.labels if f"`{c}`" not in text] == []
