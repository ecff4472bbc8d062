"""One module a kind of figure, with one pure function that makes it from results."""
