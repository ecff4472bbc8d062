"""Folds, learners and cross-fitted nuisances."""
