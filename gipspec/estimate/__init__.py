"""Scores and inference as pure array functions; DoubleML behind one door."""
