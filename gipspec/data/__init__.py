"""Files to data sets: readers, derived columns, feature matrices, panel transforms."""
