"""The registry of learners (docs/language.md): gipspec's parameter names beside the library's."""

from __future__ import annotations

from dataclasses import dataclass

from gipspec.lang.study import Value
from gipspec.lang.vocabulary.kinds import Kind, Numbers, Real, Whole, Word, YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The range that `tune=` explores, and whether on a logarithmic scale."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    kind: Kind
    default: Value
    meaning: str
    library_name: str = ""
    search: Search | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerEntry:
    """A learner.

    `task` is "both", "regression" or "classification"; `tree` marks learners that cannot use dummies well and
    take the period as a number; `extra` names the optional dependency.
    """

    name: str
    meaning: str
    library: str
    parameters: tuple[Parameter, ...] = ()
    task: str = "both"
    tree: bool = False
    extra: str = ""


def _p(
    name: str, kind: Kind, default: Value, meaning: str, library_name: str = "", search: Search | None = None
) -> Parameter:
    return Parameter(
        name=name, kind=kind, default=default, meaning=meaning, library_name=library_name, search=search
    )


_TREES = Whole(low=1, high=20_000)
_LEAF = Whole(low=1, high=100_000)
_LEAVES = Whole(low=2, high=4096)
_RATE = Real(low=0, high=1, open_low=True)
_FEATURES = Real(low=0, high=1, open_low=True)
_PENALTY = Real(low=0, high=1e12, open_low=True)
_CV = Whole(low=2, high=50)

_FOREST = (
    _p("trees", _TREES, 200, "number of trees", "n_estimators"),
    _p(
        "leaf",
        _LEAF,
        5,
        "smallest number of rows in a leaf",
        "min_samples_leaf",
        Search(low=1, high=40, log=True),
    ),
    _p(
        "features",
        _FEATURES,
        1 / 3,
        "share of the features tried at each split",
        "max_features",
        Search(low=0.1, high=1),
    ),
)

# gbm: measured on simulated panels (bench/); more trees make standard errors too small, fewer leaves leave bias.
# xgb and lgbm are set to trees of the same size.
_BOOST = (
    _p("trees", _TREES, 100, "number of trees", "max_iter", Search(low=50, high=500, log=True)),
    _p("rate", _RATE, 0.1, "learning rate", "learning_rate", Search(low=0.01, high=0.3, log=True)),
    _p(
        "leaves",
        _LEAVES,
        16,
        "largest number of leaves of a tree",
        "max_leaf_nodes",
        Search(low=3, high=63, log=True),
    ),
    _p(
        "leaf",
        _LEAF,
        20,
        "smallest number of rows in a leaf",
        "min_samples_leaf",
        Search(low=5, high=100, log=True),
    ),
)

_LISTED = (
    LearnerEntry(name="ols", meaning="ordinary least squares; for a binary target, the linear probability model", library="sklearn.linear_model.LinearRegression"),
    LearnerEntry(name="logit", meaning="unpenalised logistic regression", library="sklearn.linear_model.LogisticRegression", task="classification"),
    LearnerEntry(
        name="lasso", meaning="lasso, its penalty chosen by cross-validation in folds of whole units; for a binary target, logistic lasso", library="sklearn.linear_model.LassoCV / LogisticRegressionCV",
        parameters=(_p("folds", _CV, 5, "folds of the inner cross-validation", "cv"), _p("penalties", Whole(low=5, high=500), 50, "length of the path of penalties", "alphas")),
    ),
    LearnerEntry(
        name="ridge", meaning="ridge regression, its penalty chosen by cross-validation in folds of whole units", library="sklearn.linear_model.RidgeCV / LogisticRegressionCV",
        parameters=(_p("folds", _CV, 5, "folds of the inner cross-validation", "cv"), _p("penalties", Whole(low=5, high=500), 25, "length of the path of penalties", "alphas")),
    ),
    LearnerEntry(
        name="enet", meaning="elastic net, its penalty chosen by cross-validation in folds of whole units", library="sklearn.linear_model.ElasticNetCV / LogisticRegressionCV",
        parameters=(
            _p("mix", Real(low=0, high=1, open_low=True), 0.5, "share of the lasso penalty", "l1_ratio"),
            _p("folds", _CV, 5, "folds of the inner cross-validation", "cv"),
            _p("penalties", Whole(low=5, high=500), 50, "length of the path of penalties", "alphas"),
        ),
    ),
    LearnerEntry(name="rf", meaning="random forest", library="sklearn.ensemble.RandomForestRegressor / Classifier", parameters=_FOREST, tree=True),
    LearnerEntry(name="extratrees", meaning="extremely randomised trees", library="sklearn.ensemble.ExtraTreesRegressor / Classifier", parameters=_FOREST, tree=True),
    LearnerEntry(name="gbm", meaning="gradient-boosted trees on binned features", library="sklearn.ensemble.HistGradientBoostingRegressor / Classifier", parameters=_BOOST, tree=True),
    LearnerEntry(
        name="nnet", meaning="neural network on scaled features", library="sklearn.neural_network.MLPRegressor / Classifier",
        parameters=(
            _p("layers", Numbers(low=1, high=4096, whole=True), (50,), "units of each hidden layer", "hidden_layer_sizes"),
            _p("decay", _PENALTY, 0.01, "weight decay", "alpha", Search(low=1e-5, high=10, log=True)),
            _p("rate", _RATE, 0.001, "first learning rate", "learning_rate_init", Search(low=1e-4, high=0.05, log=True)),
            _p("epochs", Whole(low=1, high=100_000), 300, "passes over the data at the most", "max_iter"),
            _p("stop", YesNo(), True, "stop when a tenth of the training rows no longer gains", "early_stopping"),
        ),
    ),
    LearnerEntry(
        name="svm", meaning="support vector machine on scaled features", library="sklearn.svm.SVR / SVC",
        parameters=(
            _p("cost", _PENALTY, 1.0, "cost of an error", "C", Search(low=0.01, high=100, log=True)),
            _p("tube", Real(low=0, high=1e6), 0.1, "half-width of the tube without loss, in standard deviations of the target; regression only", "epsilon"),
            _p("kernel", Word(words=("rbf", "linear", "poly")), "rbf", "kernel", "kernel"),
        ),
    ),
    LearnerEntry(
        name="knn", meaning="nearest neighbours on scaled features", library="sklearn.neighbors.KNeighborsRegressor / Classifier",
        parameters=(_p("neighbours", Whole(low=1, high=10_000), 20, "number of neighbours", "n_neighbors", Search(low=3, high=100, log=True)),),
    ),
    LearnerEntry(
        name="xgb", meaning="gradient-boosted trees of the xgboost library", library="xgboost.XGBRegressor / XGBClassifier", tree=True, extra="boost",
        parameters=(
            _p("trees", _TREES, 100, "number of trees", "n_estimators", Search(low=50, high=500, log=True)),
            _p("rate", _RATE, 0.1, "learning rate", "learning_rate", Search(low=0.01, high=0.3, log=True)),
            _p("depth", Whole(low=1, high=30), 4, "depth of a tree", "max_depth", Search(low=2, high=8)),
            _p("leaf", _LEAF, 20, "smallest weight of a leaf", "min_child_weight", Search(low=1, high=100, log=True)),
        ),
    ),
    LearnerEntry(
        name="lgbm", meaning="gradient-boosted trees of the lightgbm library", library="lightgbm.LGBMRegressor / LGBMClassifier", tree=True, extra="boost",
        parameters=(
            _p("trees", _TREES, 100, "number of trees", "n_estimators", Search(low=50, high=500, log=True)),
            _p("rate", _RATE, 0.1, "learning rate", "learning_rate", Search(low=0.01, high=0.3, log=True)),
            _p("leaves", _LEAVES, 16, "largest number of leaves of a tree", "num_leaves", Search(low=3, high=63, log=True)),
            _p("leaf", _LEAF, 20, "smallest number of rows in a leaf", "min_child_samples", Search(low=5, high=100, log=True)),
        ),
    ),
    LearnerEntry(
        name="stack", meaning="a mean of learners, with non-negative weights that sum to one, chosen by cross-validation in folds of whole units", library="own",
        parameters=(
            _p("folds", _CV, 5, "folds of the inner cross-validation"),
            _p("short", YesNo(), False, "stack the cross-fitted predictions instead of refitting within each fold (short-stacking, Ahrens et al. 2024)"),
        ),
    ),
)  # fmt: skip

LEARNERS = {entry.name: entry for entry in _LISTED}
