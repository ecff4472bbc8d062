"""`python -m gipspec`."""

from gipspec.cli import main

if __name__ == "__main__":
    main()
