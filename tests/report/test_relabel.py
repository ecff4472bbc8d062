"""`gipspec report` after labels have changed: the files of a run that had these labels from the start."""

from __future__ import annotations

from pathlib import Path

from gipspec.api import Loaded, loads

DATA = Path(__file__).parents[1] / "golden" / "bad" / "data" / "panel.csv"
SPEC = """
data "{data}"
panel city year
let index = entropy(+x1, +x2)
{labels}
defaults learner=ols; reps=1; folds=2
base  <- y ~ d | x1
both  <- y ~ d * x2 | x1
via   <- base; via=x3
apart <- y ~ d | x1; het=x2
early <- base; placebo_lead=2
spread <- y ~ d | x1; model=qte; fe=none; quantiles=[0.5]
table main "Main": base, both, early; note="Labels."
table how "How": via, spread
table who "Who": apart
table made "Made": index; kind=weights
table all "All": y, d, x1; kind=descriptives
figure plot "Plot": base, both, early
figure groups "Groups": apart
"""


THEN = """label y "Output"
label d "Policy"
"""
NOW = """label y "Yield of a hectare"
label d "The policy"
label x1 "Rain & sun"
label x2 "Slope"
label x3 "Means"
"""


def study(labels: str) -> Loaded:
    return loads(SPEC.format(data=DATA, labels=labels))


def written(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.parent.name in ("tables", "figures") and path.suffix in (".tex", ".csv", ".txt")
    }


def test_a_report_has_the_labels_that_the_spec_has_now(tmp_path: Path) -> None:
    before, after = study(THEN), study(NOW)
    assert before.write(before.run(), tmp_path / "before") == ()
    assert after.write(after.run(), tmp_path / "after") == ()
    old, new = written(tmp_path / "before"), written(tmp_path / "after")
    assert len(new) == 5 + 2 * 3 and "Rain" in new["tables/all.tex"]
    assert after.report(tmp_path / "before") == ()
    assert old != new == written(tmp_path / "before")
