"""The language: text to syntax tree to checked `Study`; the printer; the vocabulary."""
