"""The audit: one rule a function over study and results; it changes nothing."""
