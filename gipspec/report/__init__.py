"""Results to table models to files."""
