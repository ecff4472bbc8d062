"""From a checked study to a plan: frozen steps, data and no callables."""
