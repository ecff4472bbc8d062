"""`python -m gipspec.simulate specs/gip_panel.dta`: write the simulated panel, print its truth."""

from __future__ import annotations

import argparse
import sys

from gipspec.simulate import gip_panel, truth_table, write_dta


def main(arguments: list[str] | None = None) -> int:
    """Write the panel and print the table of its true values; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m gipspec.simulate", description=main.__doc__)
    parser.add_argument("path", help="the .dta file to write")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--cities", type=int, default=281)
    options = parser.parse_args(arguments)
    simulation = gip_panel(options.seed, cities=options.cities)
    write_dta(simulation, options.path)
    sys.stdout.write(truth_table(simulation.truth) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
