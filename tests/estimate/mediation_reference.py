"""Mediation by the formulas of Farbmacher, Huber, Lafférs, Langen and Spindler (2022), row by row.

An implementation of its own for the tests, in the paper's notation: a treatment state d, p_d(X) = P(D=d|X),
p_d(M,X) = P(D=d|M,X), μ(d,M,X) = E[Y|D=d,M,X], ω(1-d,X) = E[μ(d,M,X)|D=1-d,X], f(M|D=d,X) a density.
"""

from __future__ import annotations

from collections import defaultdict


def indicator(condition: bool) -> float:
    return 1.0 if condition else 0.0


def score_same(y, t, d, p_d, mean) -> list[float]:
    """The score of E[Y(d, M(d))] = E[Y(d)], with mean = E[Y|D=d,X]."""
    return [indicator(t[i] == d) * (y[i] - mean[i]) / p_d[i] + mean[i] for i in range(len(y))]


def score_cross(y, t, d, p_d_x, p_d_mx, mu, omega) -> list[float]:
    """The score of E[Y(d, M(1-d))] that needs no density of the mediator."""
    out = []
    for i in range(len(y)):
        weight = indicator(t[i] == d) * (1 - p_d_mx[i]) / (p_d_mx[i] * (1 - p_d_x[i]))
        first = weight * (y[i] - mu[i])
        second = indicator(t[i] == 1 - d) / (1 - p_d_x[i]) * (mu[i] - omega[i])
        out.append(first + second + omega[i])
    return out


def score_cross_by_density(y, t, d, p_d_x, f_same, f_other, mu, omega) -> list[float]:
    """The score of E[Y(d, M(1-d))] with f_same = f(M|D=d,X) and f_other = f(M|D=1-d,X)."""
    out = []
    for i in range(len(y)):
        first = indicator(t[i] == d) * f_other[i] / (p_d_x[i] * f_same[i]) * (y[i] - mu[i])
        second = indicator(t[i] == 1 - d) / (1 - p_d_x[i]) * (mu[i] - omega[i])
        out.append(first + second + omega[i])
    return out


def mediation_formula(y, t, m, x, d) -> float:
    """Σ_x P(x) Σ_m P(m|D=1-d,x) E[Y|D=d,m,x] by counting, for discrete m and x (Pearl 2001)."""
    rows, arms, cells, sums = defaultdict(int), defaultdict(int), defaultdict(int), defaultdict(float)
    for i in range(len(y)):
        rows[x[i]] += 1
        arms[t[i], x[i]] += 1
        cells[t[i], m[i], x[i]] += 1
        sums[t[i], m[i], x[i]] += y[i]
    total = 0.0
    for value, count in rows.items():
        for mediator in set(m):
            share = cells[1 - d, mediator, value] / arms[1 - d, value]
            if share:
                mean = sums[d, mediator, value] / cells[d, mediator, value]
                total += count / len(y) * share * mean
    return total


def clustered_se(score, group) -> float:
    """The standard error of the mean of a score whose sums by group are independent."""
    n, mean = len(score), sum(score) / len(score)
    sums = defaultdict(float)
    for value, g in zip(score, group, strict=True):
        sums[g] += value - mean
    return (sum(s * s for s in sums.values()) / n**2) ** 0.5
