"""The tables that golden files and the LaTeX engine both see."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

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

from gipspec.engine.results import IndexWeights, VariableTable
from gipspec.lang.parser import parse
from gipspec.lang.study import Let, Value
from gipspec.lang.syntax import Expr, LetStatement
from gipspec.report import build_table, weights_table
from gipspec.report.table import Table
from gipspec.source import Source

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


def panels(**options: Value) -> Table:
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
        **options,
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


def aer() -> Table:
    return panels(style="aer", note=("Data from the yearbooks.",))


def qje() -> Table:
    return panels(style="qje", notes="brief")


def frontiers() -> Table:
    return panels(style="frontiers", digits=4)


def beside() -> Table:
    """Every option of a cell at once: two columns a model, three lines below, ticks, rows of the user's."""
    found = (
        estimate("base", measures=(("first_stage_f", 24.13), ("first_stage.coef", 0.3121))),
        estimate("quad", -12.3456, 4.0021, controls=()),
    )
    wanted = request(
        "base",
        "quad",
        title="Beside & below",
        beside="se",
        below=("t", "p", "ci"),
        brackets="square",
        significant=3,
        stars=(0.05, 0.001),
        marks="ticks",
        names=(("base", "Base_%"), ("quad", "With squares")),
        rename=(("gip", "Park #1"),),
        rows=("controls", "effects", "n", "spread", "clusters", "first_stage", "residual", "quality"),
        add=(("Trends", ("yes", "no")), ("Mean of outcome", ("0.430", "1.25")), ("Source", ("survey",))),
    )
    return build_table(wanted, results(found), study())


def long() -> Table:
    events = [
        estimate(
            f"event.{t}",
            0.01 * t,
            0.011,
            model_name="event",
            term=f"t{t}",
            term_label=f"{t} after",
            variant="",
            choice="",
        )
        for t in range(60)
    ]
    wanted = request("event", name="long", title="Sixty periods", long=True, style="qje")
    return build_table(wanted, results(events), study())


def landscape() -> Table:
    found = [estimate(f"m{i}", 1234.5 * (-1) ** i, 10.0) for i in range(12)]
    names = tuple(e.name for e in found)
    wanted = request(*names, name="wide", title="Twelve columns", landscape=True, width="full")
    return build_table(wanted, results(found), study())


NAMES = ("resilience", "gip", "lngdp", "density")
LETS = (("lngdp", "log(gdp)"), ("resilience", "entropy(+resist, -volatility)"))


def variables(kind: str, *, by: str = "", **options: Value) -> Table:
    """A table of four variables, in two panels, with numbers made by hand."""
    statistics = [
        (name, key, value * (i + 1))
        for i, name in enumerate(NAMES)
        for key, value in (
            *(("n", 5058), ("mean", 0.51234), ("sd", 0.2), ("min", -1.5), ("p25", 0.1), ("median", 0.4)),
            *(("p75", 0.9), ("max", 1234.5), ("vif", 1.2345)),
            *(
                (f"{arm}.{key}", value)
                for arm in (0, 1)
                for key, value in (("n", 99), ("mean", 2), ("sd", 1))
            ),
            *(("difference", -0.0421), ("difference.se", 0.0211), ("difference.p", 0.0111)),
            *((f"{key}.{other}", value) for other in NAMES[:i] for key, value in (("r", 0.21), ("p", 0.003))),
        )
    ]
    found = VariableTable(
        table="variables",
        kind=kind,
        statistics=tuple(statistics),
        rows=5058,
        by=by,
        arms=("0", "1") if by else (),
        cluster="city" if by else "",
        clusters=281 if by else 0,
    )
    wanted = panelled(
        ("A. Outcome and treatment", NAMES[:2]),
        ("B. Controls", NAMES[2:]),
        name="variables",
        title="Variables",
        kind=kind,
        **({"by": by} if by else {}),
        **options,
    )
    lets = tuple(Let(name=name, value=expression(text)) for name, text in LETS)
    labels = (
        ("gdp", "GDP (100 million yuan)"),
        ("density", "Density (people/km²)"),
        ("resist", "Resistance"),
    )
    spec = study(lets=lets, labels=labels, models=(model("base"),))
    return build_table(wanted, results((), variables=(found,)), spec)


def expression(text: str) -> Expr:
    statements, _ = parse(Source.of("x.gip", f"let x = {text}\n"))
    statement = statements.statements[0]
    assert isinstance(statement, LetStatement)
    return statement.value


def definitions() -> Table:
    return variables("definitions", style="frontiers")


def descriptives() -> Table:
    return variables("descriptives", digits=2)


def arms() -> Table:
    return variables("descriptives", by="gip", style="qje")


def correlations() -> Table:
    return variables("correlations")


def vif() -> Table:
    return variables("vif", style="aer")


CASES: dict[str, Callable[[], Table]] = {
    f.__name__: f
    for f in (
        *(
            default,
            panels,
            chinese,
            hostile,
            eight,
            joint,
            groups,
            weights,
            aer,
            qje,
            frontiers,
            beside,
            long,
        ),
        *(landscape, definitions, descriptives, arms, correlations, vif),
    )
}
