"""`python -m ebit`."""

from ebit.cli import main

if __name__ == "__main__":
    main()
