"""The tables that golden files and the LaTeX engine both see."""

from __future__ import annotations

import dataclasses

from report_factory import (
    contrast,
    difference,
    estimate,
    fit,
    grouped,
    model,
    panelled,
    request,
    results,
    study,
)

from gipspec.engine.results import IndexWeights
from gipspec.report import build_table, weights_table
from gipspec.report.table import Table

HOSTILE = '\\input{/etc/passwd} 100% & a_b #1 $x^2$ ~ {y} \\write18{ls} "q" `b` [z] | <- -- \u202e*\nnext\x00'


def default() -> Table:
    base = estimate("base")
    quad = estimate(
        "quad", 0.04871, 0.01103, controls=("lngdp", "density", "square(lngdp)", "square(density)")
    )
    lasso = estimate(
        "algos.lasso",
        0.02954,
        0.01288,
        learner="lasso",
        nuisances=(fit("outcome", "resilience", 0.3312), fit("treatment", "gip", -0.0041)),
    )
    rf = estimate("algos.rf", -0.01866, 0.01042, learner="rf")
    gap = difference("gap", base, quad)
    spec = study(
        models=(model("base"), model("quad"), model("algos.lasso", "lasso"), model("algos.rf", "rf")),
        contrasts=(contrast("gap", "base", "quad"),),
    )
    wanted = request("base", "quad", "algos.lasso", "algos.rf", "gap", "algos.nnet")
    return build_table(wanted, results((base, quad, lasso, rf, gap)), spec)


def panels() -> Table:
    found = (
        estimate("recent", sample="recent", n=3653, line="recent <- base; sample=recent"),
        estimate("winsor.1%", 0.05077, winsor=0.01),
        estimate("winsor.5%", 0.04462, winsor=0.05),
        estimate("algos.lasso", 0.02954, 0.01288),
        estimate("algos.rf", 0.06866, 0.01142),
        estimate(
            "rivals.lowcarbon + smartcity", 0.04981, 0.01211, controls=("lngdp", "lowcarbon", "smartcity")
        ),
    )
    found = tuple(dataclasses.replace(e, learner=e.variant) if e.family == "algos" else e for e in found)
    names = [e.name for e in found]
    wanted = panelled(
        ("A. Samples", tuple(names[:3])),
        ("B. Algorithms", tuple(names[3:5])),
        ("C. Policies", tuple(names[5:])),
    )
    return build_table(wanted, results(found), study())


def chinese() -> Table:
    labels = (("城市", "城市"), ("年份", "年份"), ("gip", "绿色工业园区"), ("韧性", "产业链韧性"))
    shared = {
        "outcome_label": "产业链韧性",
        "term_label": "绿色工业园区",
        "fe": ("城市", "年份"),
        "cluster": ("城市",),
    }
    found = (
        estimate("基准", **shared),
        estimate(
            "替换被解释变量",
            12.3456,
            4.0021,
            **{**shared, "outcome_label": "产业链韧性(主成分法,稳健性检验)"},
        ),
        estimate("样本", 0.0123, 0.0087, sample="剔除直辖市", n=4986, units=277, clusters=277, **shared),
    )
    wanted = request("基准", "替换被解释变量", "样本", name="基准回归", title="绿色工业园区与产业链韧性")
    return build_table(
        wanted, results(found, labels=labels, title="绿色工业园区", data_name="城市面板.dta"), study()
    )


def hostile() -> Table:
    labels = (("city", HOSTILE), ("lngdp", HOSTILE))
    found = (
        estimate("base", outcome_label=HOSTILE, term_label=HOSTILE, learner=HOSTILE, sample=HOSTILE),
        estimate("quad", outcome_label=HOSTILE, term_label=HOSTILE, folds="fold_%col"),
    )
    wanted = request("base", "quad", title=HOSTILE)
    made = results(found, labels=labels, title=HOSTILE, data_name="evil\n\\input{x}.dta", study="a\rb")
    return build_table(wanted, made, study())


def eight() -> Table:
    learners = ("ols", "lasso", "ridge", "rf", "gbm", "nnet", "svm", "stack")
    found = [
        estimate(f"algos.{name}", 0.0213 * (-1) ** i * (i + 1), 0.01127 * (1 + i / 5), learner=name)
        for i, name in enumerate(learners)
    ]
    spec = study(models=tuple(model(f"algos.{name}", name) for name in learners))
    return build_table(request(*(e.name for e in found), title="Algorithms"), results(found), spec)


def joint() -> Table:
    nuisances = (
        fit("outcome", "resilience", 0.41),
        fit("treatment", "gip", 0.26),
        fit("treatment", "gip:compute", 0.55),
    )
    shared = {"model_name": "joint", "family": "joint", "variant": "", "nuisances": nuisances}
    found = (
        estimate("joint.gip", **shared),
        estimate(
            "joint.gip:compute",
            0.00321,
            0.00112,
            term="gip:compute",
            treatment="gip:compute",
            term_label="Green industrial park × Computing power of artificial intelligence",
            **shared,
        ),
        estimate(
            "base",
            0.0498,
            0.0102,
            outcome="upgrading",
            outcome_label="Upgrading",
            fe=("city",),
            cluster=("city", "province"),
            clusters=30,
            reps=1,
        ),
    )
    wanted = request("joint", "base", title="", below="ci", stars=False, scale=100.0, digits=2)
    return build_table(wanted, results(found, draft=True), study())


def groups() -> Table:
    found = [estimate("base")]
    for variant in ("openness", "digital", "compute"):
        found += grouped(
            f"hetero.{variant}", variant, {"low": "Low", "high": "High"}, measures=(("p_rw", 0.061),)
        )
    found += grouped(
        "pooled", "region", {"east": "East", "central": "Central", "west": "West_%"}, by="pooled"
    )
    names = ("base", "hetero.openness", "hetero.digital", "hetero.compute", "pooled")
    labels = (("openness", "Trade openness"), ("digital", "Digital economy"), ("region", "Region & more"))
    return build_table(
        request(*names, name="groups", title="Heterogeneity"), results(found, labels=labels), study()
    )


def weights() -> Table:
    rows = (
        ("resist", "Resistance", "+", 0.412345),
        ("recover", "", "+", 0.3001),
        ("volatility", "Volatility_%", "-", 0.287555),
    )
    index = IndexWeights(name="resilience", method="entropy", rows=rows)
    return weights_table(results((), indices=(index,)), study(labels=(("recover", "Recovery"),)))


CASES = {f.__name__: f for f in (default, panels, chinese, hostile, eight, joint, groups, weights)}
