"""The simulated panel keeps what its documentation promises."""

import numpy as np
import pandas as pd
import pytest

from gipspec.simulate import entropy_scale, entropy_weights, gip_panel

SIMULATION = gip_panel()


def test_shape_and_order():
    frame = SIMULATION.frame
    assert frame.shape[0] == 281 * 18
    assert list(frame.columns) == list(SIMULATION.labels)
    assert not frame.duplicated(["city", "year"]).any()
    assert (frame["year"].min(), frame["year"].max()) == (2005, 2022)
    pd.testing.assert_frame_equal(frame, frame.sort_values(["city", "year"]))


def test_the_same_seed_gives_the_same_frame():
    pd.testing.assert_frame_equal(gip_panel(7).frame, gip_panel(7).frame)
    assert not gip_panel(7).frame["resist"].equals(gip_panel(8).frame["resist"])


def test_only_the_start_of_accreditation_is_missing():
    gaps = SIMULATION.frame.isna().sum()
    assert set(gaps[gaps > 0].index) == {"gip_year"}


@pytest.mark.parametrize("name", ["gip", "quota", "lowcarbon", "smartcity"])
def test_policies_are_absorbing(name):
    wide = SIMULATION.frame.pivot(index="city", columns="year", values=name).to_numpy()
    assert set(np.unique(wide)) == {0, 1}
    assert (np.diff(wide, axis=1) >= 0).all()


def test_adoption_is_staggered_and_a_good_share_never_adopts():
    frame = SIMULATION.frame
    cohorts = frame.groupby("city")["gip_year"].first().value_counts(dropna=False)
    assert 0.3 < cohorts[cohorts.index.isna()].sum() / 281 < 0.7
    assert cohorts[cohorts.index.notna()].size > 8
    assert cohorts.min() > 1
    started = frame.dropna(subset="gip_year")
    assert ((started["year"] >= started["gip_year"]) == (started["gip"] == 1)).all()


@pytest.mark.parametrize("name", ["openness", "digital", "compute", "region", "resource", "province"])
def test_moderators_are_constant_within_cities(name):
    assert (SIMULATION.frame.groupby("city")[name].nunique() == 1).all()


def test_parallel_policies_go_together_with_the_parks():
    correlations = SIMULATION.frame[["gip", "lowcarbon", "smartcity"]].corr()["gip"]
    assert correlations[["lowcarbon", "smartcity"]].min() > 0.1


def test_the_instrument_is_relevant():
    frame = SIMULATION.frame
    within = [
        frame[c]
        - frame.groupby("city")[c].transform("mean")
        - frame.groupby("year")[c].transform("mean")
        + frame[c].mean()
        for c in ("gip", "quota")
    ]
    gip, quota = (w.to_numpy() for w in within)
    slope = gip @ quota / (quota @ quota)
    scores = pd.Series(quota * (gip - slope * quota)).groupby(frame["city"]).sum()
    assert slope**2 / ((scores**2).sum() / (quota @ quota) ** 2) > 20  # clustered first-stage F


def test_components_are_affine_in_the_latent_resilience():
    frame = SIMULATION.frame
    correlations = frame[["resist", "recover", "adapt", "volatility"]].corrwith(frame["resilience_true"])
    assert (correlations[["resist", "recover", "adapt"]] > 0.9).all()
    assert correlations["volatility"] < -0.9


def test_entropy_weights_sum_to_one_and_the_scale_is_the_slope_of_the_index():
    frame = SIMULATION.frame
    weights = entropy_weights(frame)
    assert sum(weights.values()) == pytest.approx(1)
    index = np.zeros(len(frame))
    for name, weight in weights.items():
        x = frame[name].to_numpy()
        scaled = (x - x.min()) / (x.max() - x.min())
        index += weight * (1 - scaled if name == "volatility" else scaled)
    slope = np.polyfit(frame["resilience_true"], index, 1)[0]
    assert slope == pytest.approx(entropy_scale(frame), rel=0.01)
    assert entropy_scale(frame) == SIMULATION.truth["entropy.scale"]


def test_other_sizes_and_a_panel_too_small():
    small = gip_panel(1, cities=40, first=2010, last=2019)
    assert len(small.frame) == 400
    assert small.frame["city_name"].nunique() == 40
    with pytest.raises(ValueError, match="too small"):
        gip_panel(1, cities=10)
