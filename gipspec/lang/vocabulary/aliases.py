"""What other packages call the words of the language, for messages about a word that is not there."""

from __future__ import annotations

from collections.abc import Iterable

_WORDS = {
    # functions
    "log": "ln loge",
    "standardize": "std scale zscore standardise normalize normalise",
    "ave": "mean avg average",
    "lag": "l shift",
    "lead": "f forward",
    "diff": "d delta difference",
    "ifelse": "cond iif where if",
    "is_missing": "missing mi isna isnan isnull",
    "cut": "xtile ntile qcut",
    "poly": "polynomial",
    "bs": "spline splines ns",
    "factor": "i dummies dummy categorical",
    "square": "sq",
    # parameters of learners, beside the names of their libraries
    "trees": "ntree ntrees numtrees nrounds numround",
    "leaf": "nodesize minnodesize",
    "features": "mtry",
    "rate": "eta",
    "mix": "alpha",
    "layers": "size hidden",
    "penalties": "nlambda",
    "neighbours": "k neighbors",
    "tube": "eps",
    # learners
    "ols": "lm linear linearregression regress reg",
    "logit": "logistic logisticregression",
    "lasso": "lassocv",
    "ridge": "ridgecv",
    "enet": "elasticnet elasticnetcv glmnet",
    "rf": "randomforest randomforestregressor randomforestclassifier ranger",
    "gbm": "gbrt boosting gradientboosting histgradientboosting hgb",
    "xgb": "xgboost xgbregressor xgbclassifier",
    "lgbm": "lightgbm lgb",
    "nnet": "neuralnet neuralnetwork nn mlp ann dnn",
    "svm": "svr svc",
    "knn": "kneighbors kneighbours nearestneighbors nearestneighbours",
    "stack": "stacking superlearner ensemble",
    # models
    "plr": "plm dml partiallylinear",
    "irm": "ate aipw interactive",
    "pliv": "iv tsls ivreg",
    "iivm": "late",
    "did": "csdid eventstudy staggered",
    "qte": "quantile",
    "apo": "multivalued potentialoutcomes",
    # options
    "fe": "absorb effects fixedeffects",
    "cluster": "vce clusters",
    "sample": "where subset if",
    "iv": "instrument instruments",
    "via": "mediator mediators",
    "het": "moderator moderators",
    "folds": "nfolds kfolds k cv",
    "reps": "nrep nreps repetitions",
}
# What no word of the language stands for: a word beside which it is looked for, and what to write.
_ADVICE = {
    "gbm": {"none no": "every nuisance has a learner; the simplest is `ols`"},
    "cluster": {
        "weight weights pweight aweight": "there are no weights: every row counts alike",
        "se vcov vcovtype robust stderr": "standard errors are robust; `cluster=` names what they are clustered by",
    },
}


def advice(name: str, known: Iterable[str]) -> str:
    """Say what to write in the place of a word that has no other here; empty where nothing is to say."""
    choices = set(known)
    plain = name.casefold().replace("_", "").replace(".", "")
    return next(
        (
            remedy
            for beside, table in _ADVICE.items()
            for words, remedy in table.items()
            if beside in choices and plain in words.split()
        ),
        "",
    )


_OTHERS = sorted({other for others in _WORDS.values() for other in others.split()})
ALIASES = {
    other: tuple(word for word, others in _WORDS.items() if other in others.split()) for other in _OTHERS
}


def alias(name: str, known: Iterable[str]) -> str | None:
    """Return the word of the language that another package calls `name`, if it is among `known`."""
    choices = set(known)
    plain = name.casefold().replace("_", "").replace(".", "")
    return next((word for word in ALIASES.get(plain, ()) if word in choices), None)
