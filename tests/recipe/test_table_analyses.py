"""What tables show and say of placebo tests and sensitivity analyses."""

from __future__ import annotations

from pathlib import Path

from placebo_samples import loaded, run, staggered

from gipspec.report import build_table, numbers_tex, terminal_table

PANEL = staggered()


def printed(folder: Path, lines: str) -> str:
    study = loaded(folder, PANEL, lines)
    table = build_table(study.require().tables[0], study.run(), study.require())
    return " ".join(terminal_table(table).split())


def test_permutation_p_values_stand_in_the_footer(tmp_path: Path) -> None:
    lines = (
        "base <- y ~ d | x1\nfake <- base; placebo=19\n"
        "known <- base; placebo=1999; placebo_by=design; placebo_strata=half\n"
        'table t "T": base, fake, known'
    )
    text = printed(tmp_path, lines)
    assert "Permutation p-value -- 0.050 0.002" in text  # 1/20, and .0015
    assert (
        "Permutation p-values compare |t| with that of draws in which whole paths of the treatment are "
        "permuted over units: 19, each with a treatment nuisance of its own in column (2); 1,999 within half,"
        " with the propensity that permuting implies in column (3)."
    ) in text


def test_what_a_permutation_could_not_do_is_said(tmp_path: Path) -> None:
    """Three treated units of sixty may all be in one fold; paths of a dose move among units seen alike."""
    few = PANEL.assign(d=PANEL.d.where(PANEL.city.isin(PANEL.city[PANEL.d == 1].unique()[:3]), 0))
    lines = "rare <- y ~ d | x1; fe=none; learner_d=logit; placebo=19; reps=1; folds=2\n"
    table = 'table t "T": rare, dose'
    gappy = few[(few.city < 59) | (few.year < 2006)]
    study = loaded(tmp_path, gappy, f"{lines}dose <- y ~ dose | x1; placebo=19; reps=1\n{table}")
    results = study.run()
    failed = int(dict(results["rare"].measures)["placebo.failed"])
    assert failed > 0
    text = " ".join(terminal_table(build_table(study.require().tables[0], results, study.require())).split())
    assert f"nuisance of its own, {failed} without an estimate, which count as larger in column (1)" in text
    assert (
        "19, each with a treatment nuisance of its own, 59 of 60 units exchange paths in column (2)" in text
    )


def test_a_placebo_in_time_has_a_row_of_its_own(tmp_path: Path) -> None:
    text = printed(tmp_path, 'label d "Park"\ne <- y ~ d | x1; placebo_lead=1\ntable t "T": e')
    assert "Park, 1 period early" in text
    assert "Placebo in time: adoption moved ahead by 1 period, periods under treatment left out." in text


def test_robustness_values_stand_in_the_footer(tmp_path: Path) -> None:
    lines = "s <- y ~ d | x1 + x2; sensitivity=x2; level=90%"
    measures = dict(run(tmp_path, PANEL, lines)["s"].measures)
    text = printed(tmp_path, lines + '\ntable t "T": s')
    assert f"Robustness value {measures['rv']:.3f}" in text
    assert f"Robustness value, significance {measures['rva']:.3f}" in text
    assert "of its one-sided interval (Chernozhukov et al. 2022): 90%." in text


def test_every_measure_can_be_cited(tmp_path: Path) -> None:
    results = run(tmp_path, PANEL, "s <- y ~ d | x1 + x2; sensitivity=x2\nf <- y ~ d | x1; placebo=9")
    text = numbers_tex(results)
    for name in ("s.rv", "s.rva", "s.bounds.low", "s.benchmark.x2.cf_y", "f.placebo.p", "f.placebo.draws"):
        assert rf"\gipset{{{name}}}" in text


def test_models_without_analyses_say_nothing_of_them(tmp_path: Path) -> None:
    text = printed(tmp_path, 'base <- y ~ d | x1\ntable t "T": base')
    for word in ("Permutation", "Robustness", "Placebo"):
        assert word not in text


def test_rows_that_differencing_leaves_out_are_said(tmp_path: Path) -> None:
    """The first row of each of sixty cities, and two behind a gap."""
    gaps = PANEL[~((PANEL.city < 2) & (PANEL.year == 2004))]
    study = loaded(tmp_path, gaps, 'base <- y ~ d | x1; reps=1; fe_method=fd\ntable t "T": base')
    results = study.run()
    assert dict(results["base"].measures)["first.rows"] == 62
    text = " ".join(terminal_table(build_table(study.require().tables[0], results, study.require())).split())
    assert "removed by first differences (62 rows without the period before left out)" in text
