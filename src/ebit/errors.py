"""The one error that bad input raises."""


class EbitError(ValueError):
    """Bad input: one line that names the argument, its value and the cure.

    Every check in ebit raises this class, and the command line turns it into exit code 2.

    Example:
        >>> from ebit.errors import EbitError
        >>> raise EbitError("Argument `depth` must be at least 1, but is 0.")
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `depth` must be at least 1, but is 0.
    """


class TrainingDivergedError(RuntimeError):
    """The training loss stopped being a finite number.

    The message names the step and the runs; the command line turns it into exit code 1.
    """
