import numpy as np
import pytest

from gipspec.diagnostics import GipError
from gipspec.learn import derive_seed, fold_map
from gipspec.learn.folds import inner_splits


@pytest.mark.parametrize(("units", "folds"), [(5, 5), (7, 2), (30, 5), (281, 5), (281, 10), (282, 4)])
def test_folds_are_balanced(units, folds):
    sizes = np.bincount(fold_map(units, folds, 42, 0), minlength=folds)
    assert sizes.sum() == units
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("change", [{"seed": 43}, {"rep": 1}, {"folds": 4}])
def test_another_seed_repetition_or_number_is_another_map(change):
    base = {"n_units": 100, "folds": 5, "seed": 42, "rep": 0}
    assert not np.array_equal(fold_map(**base), fold_map(**base | change))


def test_the_map_is_the_same_every_time_and_does_not_read_global_state():
    first = fold_map(281, 5, 42, 3)
    np.random.seed(1)
    assert np.array_equal(first, fold_map(281, 5, 42, 3))


def test_every_unit_is_as_likely_in_every_fold():
    maps = np.array([fold_map(20, 4, seed, 0) for seed in range(2000)])
    shares = np.array([(maps == k).mean(axis=0) for k in range(4)])
    assert np.abs(shares - 0.25).max() < 0.05  # five standard errors


def test_pairs_of_units_meet_as_often_as_chance_wants():
    maps = np.array([fold_map(20, 4, seed, 0) for seed in range(2000)])
    together = (maps[:, 3] == maps[:, 17]).mean()
    assert abs(together - 4 / 19) < 0.05


def test_fewer_units_than_folds():
    with pytest.raises(GipError) as caught:
        fold_map(4, 5, 42, 0)
    assert [p.code for p in caught.value.problems] == ["G403"]
    assert caught.value.problems[0].message == "4 units cannot fill 5 folds"


def test_seeds_are_those_of_sha256():
    # printf '(i42,s4:gbm!,i0)' | sha256sum
    import hashlib

    assert derive_seed(42, "gbm!", 0) == int(hashlib.sha256(b"(i42,s4:gbm!,i0)").hexdigest()[:8], 16)


def test_seeds_tell_parts_apart():
    parts = [
        (), ("a",), ("a", "b"), ("ab",), ("a,s1:b",), (("a", "b"),),
        (1,), ("1",), (1.0,), (True,), (None,), ((),),
    ]  # fmt: skip
    seeds = [derive_seed(42, *p) for p in parts]
    assert len(set(seeds)) == len(parts)
    assert all(0 <= s < 2**32 for s in seeds)


def test_numpy_scalars_count_as_the_numbers_that_they_are():
    assert derive_seed(1, np.int64(3), np.float64(0.5)) == derive_seed(1, 3, 0.5)


def test_what_has_no_stable_text_is_refused():
    with pytest.raises(TypeError):
        derive_seed(1, object())


@pytest.mark.parametrize("binary", [None, np.tile([0.0, 1.0], 30)])
def test_inner_folds_keep_units_whole(binary):
    group = np.repeat(np.arange(100, 112), 5)
    splits = inner_splits(group, 5, binary)
    assert len(splits) == 5
    for train, test in splits:
        assert not set(group[train]) & set(group[test])
        assert sorted([*train, *test]) == list(range(60))
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(60))


def test_inner_folds_of_a_classifier_hold_both_classes():
    group = np.repeat(np.arange(40), 3)
    treated = (group < 8).astype(float)  # whole units; GroupKFold may leave a fold without any
    for _, test in inner_splits(group, 4, treated):
        assert len(set(group[test][treated[test] == 1])) == 2


def test_fewer_units_than_inner_folds_gives_a_fold_for_each_unit():
    assert len(inner_splits(np.array([3, 3, 9, 9]), 5)) == 2
    with pytest.raises(ValueError, match="single unit"):
        inner_splits(np.array([3, 3]), 5)


def test_equal_units_are_dealt_from_the_last_whatever_the_version_of_scikit_learn(monkeypatch):
    monkeypatch.setattr("sklearn.model_selection.GroupKFold", None)  # old ones sort as the processor does
    splits = inner_splits(np.repeat(np.arange(40), 2), 3)
    for k, (_, test) in enumerate(splits):
        assert sorted(test // 2) == sorted([*range(39 - k, -1, -3)] * 2)


def test_inner_folds_balance_rows_with_the_largest_units_first():
    group = np.repeat([0, 1, 2, 3, 4], [4, 1, 7, 3, 1])
    # 7 to the first fold, 4 to the second, 3 to the second: 7 and 7; the last unit of one row to the first
    held_out = [sorted({*group[test]}) for _, test in inner_splits(group, 2)]
    assert held_out == [[2, 4], [0, 1, 3]]
