"""The formula behind a word of the language, where it stands in the literature, and the page that says more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a topic rests on; `page` is a heading of the documentation. Parts may be empty."""

    formula: str = ""
    reference: str = ""
    page: str = ""


def _g(formula: str, reference: str = "", page: str = "") -> Ground:
    return Ground(formula=formula, reference=reference, page=page)


_DML = "Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey and Robins (2018), Econometrics Journal 21"
_CS = "Callaway and Sant'Anna (2021), Journal of Econometrics 225; Sant'Anna and Zhao (2020), Journal of Econometrics 219"
_MEDIATION = "Farbmacher, Huber, Lafférs, Langen and Spindler (2022), Econometrics Journal 25"
_PERMUTED = "DiCiccio and Romano (2017), Journal of the American Statistical Association 112"
_SENSITIVE = "Chernozhukov, Cinelli, Newey, Sharma and Syrgkanis (2022), NBER working paper 30302"
_CLARKE = "Clarke and Polselli (2025), Econometrics Journal; Mundlak (1978), Econometrica 46"
_TREES = "Breiman (2001), Machine Learning 45"
_BOOSTED = "Friedman (2001), Annals of Statistics 29"

MODELS = {
    "plr": _g("Y = θD + g(X) + ε, D = m(X) + v; ψ = (Y - ℓ̂ - θ(D - m̂))(D - m̂); θ̂ = Σ(Y - ℓ̂)(D - m̂) / Σ(D - m̂)²", f"{_DML}, equation 4.4", "statistics.md#the-model"),
    "irm": _g("ψ = ĝ1 - ĝ0 + D(Y - ĝ1)/m̂ - (1-D)(Y - ĝ0)/(1-m̂) - θ", f"{_DML}, equation 5.3", "statistics.md#the-interactive-model"),
    "pliv": _g("ψ = (Y - ℓ̂ - θ(D - r̂))(Z - m̂)", f"{_DML}, equation 4.8", "statistics.md#instruments"),
    "iivm": _g("θ = E[ψ(Y)] / E[ψ(D)], ψ(T) = t̂1 - t̂0 + Z(T - t̂1)/m̂ - (1-Z)(T - t̂0)/(1-m̂)", f"{_DML}, section 5.2; Imbens and Angrist (1994), Econometrica 62", "statistics.md#instruments"),
    "did": _g("ATT(g,t) = mean{(D/mean(D) - w/mean(w)) · (ΔY - ĝ0)}, w = (1-D) m̂/(1-m̂)", _CS, "statistics.md#staggered-adoption"),
    "qte": _g("θ_d solves Σ[w · (1{Y ≤ θ} - ĝ_d) + ĝ_d - q] = 0, w = 1{D=d}/p̂_d; the effect is θ_1 - θ_0", "Kallus, Mao and Uehara (2024), JMLR 25", "statistics.md#quantiles"),
    "apo": _g("ψ_l = ĝ_l + 1{D=l}(Y - ĝ_l)/m̂_l - θ_l", "Bach, Chernozhukov, Kurz and Spindler (2022), JMLR 23", "statistics.md#several-levels"),
}  # fmt: skip

OPTIONS = {
    "target": _g("att: ψ = [D - m̂(1-D)/(1-m̂)] · (Y - ĝ0)/E[D] - θ D/E[D]", f"{_DML}, equation 5.4", "statistics.md#the-interactive-model"),
    "fe": _g("within: Y - its projection on all effects; balanced, Y_it - Ȳ_i - Ȳ_t + Ȳ", _CLARKE, "statistics.md#fixed-effects"),
    "fe_method": _g("within: demeaned Y and D; features X, unit means of X, the period; m̂ less its unit means", _CLARKE, "statistics.md#fixed-effects"),
    "folds": _g("each row is predicted by a learner that saw no row of its unit", f"{_DML}, definition 3.1", "statistics.md#folds-repeats-seeds"),
    "reps": _g("θ̂ = median(θ̂_r), se = sqrt(median(se_r² + (θ̂_r - θ̂)²))", f"{_DML}, section 3.4", "statistics.md#folds-repeats-seeds"),
    "cluster": _g("V = J⁻² n⁻² Σ_c (Σ_{i∈c} ψ_i)²", "Chiang, Kato, Ma and Sasaki (2022), Journal of Business & Economic Statistics 40", "statistics.md#standard-errors"),
    "trim": _g("m̂ = min(max(m̂, trim), 1 - trim)", "", "statistics.md#the-interactive-model"),
    "iv": _g("first-stage F = D̃'Z̃(Z̃'Z̃)⁻¹Z̃'D̃ / tr[(Z̃'Z̃)⁻¹S]; the Anderson-Rubin set holds with weak instruments", "Montiel Olea and Pflueger (2013), Journal of Business & Economic Statistics 31; Anderson and Rubin (1949)", "statistics.md#instruments"),
    "het": _g("se(τ_a - τ_b)² = Σ_c (S_c(a) - S_c(b))²", "Semenova and Chernozhukov (2021), Econometrics Journal 24", "statistics.md#heterogeneity"),
    "het_by": _g("pooled: Ỹ = Σ_k τ_k D̃·1[g=k] + ε", "Semenova, Goldman, Chernozhukov and Taddy (2023), Quantitative Economics 14", "statistics.md#heterogeneity"),
    "via": _g("total = direct + indirect: θ(1) + δ(0) = ψ11 - ψ00; linear: indirect = θ - θ' = Σ_k effect_k·γ_k", _MEDIATION, "statistics.md#mechanisms"),
    "placebo": _g("p = (1 + #{|t*| ≥ |t|}) / (B + 1)", _PERMUTED, "statistics.md#placebo"),
    "placebo_by": _g("design: θ* = Σ Ỹ D̃* / Σ D̃*², E[D] known from the permutations", _PERMUTED, "statistics.md#placebo"),
    "placebo_strata": _g("paths are exchanged between units of one stratum", _PERMUTED, "statistics.md#placebo"),
    "placebo_lead": _g("D_it = 1 from k periods before adoption on; rows after adoption left out", "", "statistics.md#placebo"),
    "event": _g("θ(e) = Σ_g weight_g ATT(g, g+e), weights the cohorts' units", _CS, "statistics.md#staggered-adoption"),
    "control": _g("notyet: compared in t with units that adopt after t", _CS, "statistics.md#staggered-adoption"),
    "anticipation": _g("the base period is g - 1 - k", _CS, "statistics.md#staggered-adoption"),
    "quantiles": _g("θ_1(q) - θ_0(q)", "Kallus, Mao and Uehara (2024), JMLR 25", "statistics.md#quantiles"),
    "sensitivity": _g("bias ≤ sqrt(cf_y · cf_d/(1-cf_d)) · S, S² = E[(Y - g)²] · E[α²]; rv is cf_y = cf_d at which the bound is zero", _SENSITIVE, "statistics.md#sensitivity"),
    "level": _g("θ̂ ± z·se, z of the normal distribution", "", "statistics.md#folds-repeats-seeds"),
}  # fmt: skip

TABLE_OPTIONS = {
    "adjust": _g("romano_wolf: step-down with the correlation of estimates, multiplier bootstrap over clusters", "Romano and Wolf (2005), Journal of the American Statistical Association 100; Holm (1979)", "statistics.md#several-tests"),
    "wald": _g("θ'V⁻¹θ ~ χ²(k), V from the scores of all columns", "", "statistics.md#several-tests"),
}  # fmt: skip

LEARNERS = {
    "ols": _g("min Σ(y - xβ)²"),
    "logit": _g("P(y=1) = 1/(1 + exp(-xβ))"),
    "lasso": _g("min Σ(y - xβ)²/2n + λ Σ|β|", "Tibshirani (1996), Journal of the Royal Statistical Society B 58"),
    "ridge": _g("min Σ(y - xβ)² + λ Σβ²", "Hoerl and Kennard (1970), Technometrics 12"),
    "enet": _g("min Σ(y - xβ)²/2n + λ(mix Σ|β| + (1-mix) Σβ²/2)", "Zou and Hastie (2005), Journal of the Royal Statistical Society B 67"),
    "rf": _g("the mean of trees, each grown on a bootstrap sample with some features at each split", _TREES),
    "extratrees": _g("the mean of trees whose cuts are drawn at random", "Geurts, Ernst and Wehenkel (2006), Machine Learning 63"),
    "gbm": _g("f_k = f_{k-1} + rate·tree_k, tree_k fitted to the gradient", f"{_BOOSTED}; Ke et al. (2017), NeurIPS"),
    "nnet": _g("layers of max(0, xW + b), weights by Adam", "Kingma and Ba (2015), ICLR"),
    "svm": _g("min |w|²/2 + cost·Σ max(0, |y - f(x)| - tube)", "Smola and Schölkopf (2004), Statistics and Computing 14"),
    "knn": _g("the mean of the nearest rows"),
    "xgb": _g("boosted trees with a second-order gain", "Chen and Guestrin (2016), KDD"),
    "lgbm": _g("boosted trees, grown leaf by leaf", "Ke et al. (2017), NeurIPS"),
    "stack": _g("f = Σ w_k f_k, w ≥ 0, Σ w = 1, w by least squares on cross-fitted predictions", "Ahrens, Hansen, Schaffer and Wiemann (2024), Journal of Applied Econometrics"),
}  # fmt: skip

FUNCTIONS = {
    "entropy": _g("E_j = -(1/ln n) Σ P ln P, w_j = (1-E_j)/Σ(1-E), index = Σ w_j x_j of min-max x_j", "", "language.md#variables"),
    "pca": _g("the first eigenvector of the correlation matrix of the signed indicators", "", "language.md#variables"),
    "topsis": _g("d⁻/(d⁺ + d⁻), distances to the worst and the best case", "Hwang and Yoon (1981), Multiple Attribute Decision Making", "language.md#variables"),
    "winsor": _g("min(max(x, q_share), q_{1-share})"),
    "standardize": _g("(x - mean) / sd, n - 1"),
    "policytree": _g("max_π Σ ψ_i π(x_i) over all trees with cuts at percentiles", "Athey and Wager (2021), Econometrica 89; Zhou, Athey and Wager (2023), Operations Research 71", "statistics.md#heterogeneity"),
    "terciles": _g("cuts at the quantiles 1/3 and 2/3 of the model's rows", "", "statistics.md#heterogeneity"),
    "quantiles": _g("cuts at the quantiles 1/k, ..., (k-1)/k of the model's rows", "", "statistics.md#heterogeneity"),
    "log1p": _g("log(1 + x)"),
    "lag": _g("x_{i,t-k}"),
    "lead": _g("x_{i,t+k}"),
    "diff": _g("x_it - x_{i,t-k}"),
}  # fmt: skip

RULES = {
    "A01": _g("", _CLARKE, "statistics.md#fixed-effects"),
    "A02": _g("", "Chiang, Kato, Ma and Sasaki (2022), Journal of Business & Economic Statistics 40", "statistics.md#folds-repeats-seeds"),
    "A03": _g("", "Abadie, Athey, Imbens and Wooldridge (2023), Quarterly Journal of Economics 138", "statistics.md#standard-errors"),
    "A04": _g("se = sqrt(median(se_r² + (θ̂_r - θ̂)²))", f"{_DML}, section 3.4", "statistics.md#folds-repeats-seeds"),
    "A05": _g("", _MEDIATION, "statistics.md#mechanisms"),
    "A06": _g("R² = 1 - Σ(y - ŷ)² / Σ(y - ȳ)², out of fold", "", "statistics.md#reported-with-every-estimate"),
    "A07": _g("var(D - m̂) / var(D); (Σ w)² / Σ w² of the rows of an arm", "", "statistics.md#reported-with-every-estimate"),
    "A09": _g("se(a - b)² = Σ_c (S_c(a) - S_c(b))²", "Gelman and Stern (2006), American Statistician 60", "statistics.md#the-difference-of-two-estimates"),
    "A10": _g("", "Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90", "statistics.md#standard-errors"),
    "A13": _g("", "Goodman-Bacon (2021), Journal of Econometrics 225", "statistics.md#staggered-adoption"),
    "A15": _g("F < 10", "Staiger and Stock (1997), Econometrica 65; Montiel Olea and Pflueger (2013)", "statistics.md#instruments"),
    "A16": _g("var of the treatment after removing effects / before", "", "statistics.md#fixed-effects"),
    "A18": _g("", "Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4", "running.md#the-history-of-a-study"),
    "A19": _g("", _CLARKE, "statistics.md#fixed-effects"),
    "A20": _g("", "", "statistics.md#the-interactive-model"),
    "A22": _g("", _SENSITIVE, "statistics.md#sensitivity"),
    "A24": _g("", "Kallus, Mao and Uehara (2024), JMLR 25", "statistics.md#quantiles"),
    "A25": _g("", _MEDIATION, "statistics.md#mechanisms"),
    "A31": _g("", "Nickell (1981), Econometrica 49", "statistics.md#fixed-effects"),
    "A32": _g("p ≥ 1/(B + 1)", "", "statistics.md#placebo"),
}  # fmt: skip

AUDIT = "audit.md#the-rules"
GROUNDS = {
    "model": MODELS,
    "option": OPTIONS,
    "table": TABLE_OPTIONS,
    "learner": LEARNERS,
    "function": FUNCTIONS,
    "code": RULES,
}


def ground(group: str, name: str) -> Ground:
    """Return what a topic of a group rests on; empty where nothing was to say. Rules of the audit have a page."""
    page = AUDIT if group == "code" and name.startswith("A") else ""
    return GROUNDS.get(group, {}).get(name, Ground(page=page))
