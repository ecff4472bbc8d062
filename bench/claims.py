"""The study of `specs/gip.gip`, row by row: the truth, gipspec's default, and the field's usual recipe.

    python bench/claims.py            # runs the spec three times (a store of its own keeps finished fits)
    python bench/claims.py --table    # only writes docs/validation.md from the results of the last runs

The usual recipe is the same spec with other defaults: a forest, one split, no clusters, and either no effects
removed (the year among the controls) or dummies of city and year.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from command import parser_of
from designs import CHANGES
from document import put_table

HERE = Path(__file__).parent
SPECS = HERE.parent / "specs"
CACHE = HERE / ".cache" / "claims"

# what a row claims, the estimate, its true value (times the scale of the index where marked), the scale
ROWS = (
    ("parks raise resilience", "base", "total", "entropy"),
    ("with squares of the controls", "quad", "total", "entropy"),
    ("first differences", "diffs", "total", "entropy"),
    ("effects of provinces by year", "strict", "total", "entropy"),
    ("learned by a lasso", "algos.lasso", "total", "entropy"),
    ("learned by a forest", "algos.rf_trees_100", "total", "entropy"),
    ("learned by a network", "algos.nnet", "total", "entropy"),
    ("learned by a stack", "algos.mix", "total", "entropy"),
    ("3 folds", "splits.3", "total", "entropy"),
    ("8 folds", "splits.8", "total", "entropy"),
    ("since 2010", "samples.recent", "total", "entropy"),
    ("without municipalities", "samples.plain", "total", "entropy"),
    ("before 2020", "samples.before", "total", "entropy"),
    ("outcome winsorised at 1%", "winsor.1", "total", "entropy"),
    ("outcome winsorised at 5%", "winsor.5", "total", "entropy"),
    ("index by principal components", "defined.resilience_pca", "total", "pca"),
    ("low-carbon pilots controlled for", "rivals.lowcarbon", "total", "entropy"),
    ("smart-city pilots controlled for", "rivals.smartcity", "total", "entropy"),
    ("both policies controlled for", "rivals.lowcarbon_smartcity", "total", "entropy"),
    ("the first less with low-carbon pilots", "gap", "", ""),
    ("instrument", "endog", "late", "entropy"),
    ("interactive model of changes, treated", "inter", "total", "entropy"),
    ("placebo in time", "early", "", ""),
    ("openness: high less low", "hetero.openness.difference", "sample.openness.difference", "entropy"),
    ("digital economy: high less low", "hetero.digital.difference", "sample.digital.difference", "entropy"),
    ("computing power: high less low", "hetero.compute.difference", "sample.compute.difference", "entropy"),
    ("in the east", "hetero.region.east", "sample.region.east", "entropy"),
    ("resource-based less others", "hetero.resource.difference", "sample.resource.difference", "entropy"),
    ("effect on green patents", "mech.patents.effect", "patents.effect", ""),
    ("through green patents", "mech.patents.indirect", "patents.indirect", "entropy"),
    ("effect on upgrading", "mech.upgrading.effect", "upgrading.effect", ""),
    ("through upgrading", "mech.upgrading.indirect", "upgrading.indirect", "entropy"),
    ("through both", "jointly.indirect", "indirect", "entropy"),
    ("directly", "jointly.direct", "direct", "entropy"),
    ("event study, mean after adoption", "event.overall", "total", "entropy"),
    ("event study, year of adoption", "event.0", "total", "entropy"),
    ("event study, 5 years after", "event.5", "total", "entropy"),
    ("event study, 3 years before", "event.-3", "", ""),
    ("lower quartile of the yearly change", "spread.q25", "spread.q25", "entropy"),
    ("median of the yearly change", "spread.q50", "spread.q50", "entropy"),
    ("upper quartile of the yearly change", "spread.q75", "spread.q75", "entropy"),
    ("beside computing power, at its mean", "both.gip", "total", "entropy"),
    ("with a standard deviation more of it", "both.gip:computing", "compute.slope", "entropy"),
)
OWN = {
    "diffs",
    "inter",
    "event",
    "early",
    "strict",
    "algos",
    "spread",
}  # no model, learner or effects of the recipe
RECIPES = {
    "default": "",
    "pooled": "defaults fe=none; learner=rf(trees=100); reps=1; cluster=none\n",
    "dummies": "defaults fe_method=dummies; learner=rf(trees=100); reps=1; cluster=none\n",
}


def spec_of(recipe: str) -> str:
    """Return the spec with the defaults of a recipe; pooled estimation has the year among the controls."""
    text = (SPECS / "gip.gip").read_text(encoding="utf-8")
    if recipe != "default":
        text = text.replace("; learner=stack(gbm, lasso, short=yes)", "")
    if recipe == "pooled":
        text = text.replace("set controls = lngdp", "set controls = year + lngdp")
    return RECIPES[recipe] + text


def run(recipe: str, jobs: int) -> None:
    """Estimate the rows that a recipe can estimate; models of another kind are the default's alone."""
    import gipspec
    from gipspec.report import results_json

    names = {name.split(".")[0] for _, name, _, _ in ROWS}
    if recipe != "default":
        names -= OWN
    if recipe == "dummies":  # three hundred columns take a forest minutes for each model
        names &= {"base", "rivals", "endog"}
    loaded = gipspec.loads(spec_of(recipe), folder=SPECS, name="gip.gip")
    results = loaded.run(select=sorted(names), jobs=jobs, store=CACHE / "store")
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / f"{recipe}.json").write_text(results_json(results), encoding="utf-8")


def scales() -> dict[str, float]:
    """Return what an effect on the latent resilience is on an index, which is linear in its parts."""
    import gipspec
    from gipspec.simulate import gip_panel

    loaded = gipspec.loads((SPECS / "gip.gip").read_text(encoding="utf-8"), folder=SPECS)
    frame = loaded.dataset().frame
    parts = ["resist", "recover", "adapt", "volatility"]
    x = np.column_stack([np.ones(len(frame)), frame[parts].to_numpy(dtype=float)])
    slopes = np.linalg.lstsq(x, frame["resilience_pca"].to_numpy(dtype=float), rcond=None)[0][1:]
    loadings = np.array([0.80, 60.0, 2.00, -10.0])  # docs/simulation.md
    return {"": 1.0, "entropy": gip_panel().truth["entropy.scale"], "pca": float(slopes @ loadings)}


def table(cache: Path = CACHE) -> str:
    """Compare the results of each recipe in a folder with the truth."""
    from gipspec.simulate import gip_panel

    truth, scale = {v.name: v.value for v in gip_panel().truth}, scales()
    truth |= {name: value for name, value in CHANGES.truth.items() if name.startswith("spread.")}
    found = {
        recipe: {e["name"]: e for e in json.loads((cache / f"{recipe}.json").read_text())["estimates"]}
        for recipe in RECIPES
        if (cache / f"{recipe}.json").exists()
    }
    heads = {"default": "gipspec's default", "pooled": "pooled forest", "dummies": "forest with dummies"}
    lines = [
        "| claim | estimate | truth | "
        + " | ".join(f"{heads[r]} [95% interval] | covers" for r in found)
        + " |",
        "|---|---|---:|" + "---:|:---:|" * len(found),
    ]
    for claim, name, key, index in ROWS:
        true = truth[key] * scale[index] if key else 0.0
        cells = [cell for each in found.values() for cell in _cells(each.get(name), true)]
        lines.append(f"| {claim} | `{name}` | {true:.4f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(e: dict[str, Any] | None, true: float) -> tuple[str, str]:
    if e is None:
        return "", ""
    low, high = e["ci"]
    return f"{e['coef']:.4f} [{low:.4f}, {high:.4f}]", "yes" if low <= true <= high else "**no**"


def main() -> None:
    parser = parser_of(__doc__, table=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append", choices=sorted(RECIPES), default=[])
    options = parser.parse_args()
    for recipe in [] if options.table else options.only or list(RECIPES):
        run(recipe, options.jobs)
    put_table("claims", table())


if __name__ == "__main__":
    main()
