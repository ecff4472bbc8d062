"""From a checked study to a plan: frozen steps, data and no callables; it explains itself."""

from gipspec.plan.build import build_plan, describe_settings
from gipspec.plan.explain import Earlier, Verdict, explain_plan, setting_changes, version_changes
from gipspec.plan.steps import EstimateStep, Plan

__all__ = [
    "Earlier",
    "EstimateStep",
    "Plan",
    "Verdict",
    "build_plan",
    "describe_settings",
    "explain_plan",
    "setting_changes",
    "version_changes",
]
