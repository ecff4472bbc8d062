"""The words that begin a statement, each with a line as it may look."""

STATEMENTS = {
    "study": 'study "Title"',
    "data": 'data "panel.dta"',
    "panel": "panel city year",
    "label": 'label gdp "Gross domestic product"',
    "let": "let lngdp = log(gdp)",
    "set": "set controls = lngdp + density",
    "sample": "sample recent = year >= 2010",
    "learner": "learner forest = rf(trees=500)",
    "defaults": "defaults folds=5; reps=5",
    "include": 'include "common.gip"',
    "table": 'table main "Title": base, quad',
    "figure": 'figure effects "Title": event',
    "audit": 'audit accept A10 base "why this is right here"',
}

MODEL = "base <- outcome ~ treatment | controls; folds=5"
