"""The constants of the simulated panel: what a reader needs to know its truth by heart."""

from __future__ import annotations

EFFECT = 0.05  # total effect of a park on the latent resilience

# Mediators: effect of a park on the mediator, effect of the mediator on resilience. Indirect = product.
ON_MEDIATOR = {"patents": 0.60, "upgrading": 0.08}
OF_MEDIATOR = {"patents": 0.02, "upgrading": 0.10}

# Effect of one standard deviation of a continuous moderator on a city's effect.
SLOPES = {"openness": 0.020, "digital": 0.015, "compute": 0.015}
# Deviations of groups of cities; centred over the cities of the panel, so that the mean effect is EFFECT.
REGION_DEVIATION = {1: 0.015, 2: -0.005, 3: -0.010}
RESOURCE_DEVIATION = 0.025  # resource-based cities less the others

POLICIES = {"lowcarbon": 0.015, "smartcity": 0.010}  # effects of the parallel policies

# Index components: intercept, loading on the latent resilience, standard deviation of the noise.
COMPONENTS = {
    "resist": (0.10, 0.80, 0.030),
    "recover": (20.0, 60.0, 2.50),
    "adapt": (0.50, 2.00, 0.080),
    "volatility": (12.0, -10.0, 0.400),
}
SIGNS = {"resist": 1, "recover": 1, "adapt": 1, "volatility": -1}

# Controls, latent and of about unit variance: loading on the city effect, trend over the window, and, for the
# column of the data, its centre, its scale and whether it is the exponential of that.
CONTROLS = {
    "gdp": (0.40, 0.45, 16.2, 0.90, True),
    "density": (0.30, 0.10, 5.75, 0.80, False),
    "urban": (0.30, 0.50, 0.54, 0.10, False),
    "finance": (0.25, 0.25, -0.10, 0.35, True),
    "fdi": (0.25, 0.00, -4.20, 0.60, True),
    "government": (0.00, 0.20, -1.75, 0.30, True),
}

CITY_SPREAD = 0.08  # standard deviation of the city effect in resilience
CONFOUNDING = 0.06  # weight of the non-linear index of the controls in resilience
NOISE = 0.045  # standard deviation of the error, an AR(1) with NOISE_MEMORY
NOISE_MEMORY = 0.4

HAZARD = -5.5  # yearly log-odds of accreditation: constant, and the slopes of what drives it
HAZARD_CITY = 1.0
HAZARD_CONFOUNDING = 1.4
HAZARD_QUOTA = 2.5
HAZARD_YEAR = 0.08
