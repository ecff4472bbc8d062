"""What editors and notebooks need: symbols, completion, hover, renaming, colours; and the language server.

Everything but `server` and `notebook` is a pure function of a text and its data.
"""
