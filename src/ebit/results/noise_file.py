"""Local noise in a TOML file."""

from pathlib import Path

from ebit.physics import Noise
from ebit.reading import read_toml
from ebit.settings import Settings


class _NoiseFile(Settings):
    noise: Noise


def read_noise(path: Path) -> Noise:
    """Local noise from a TOML file that holds the arguments of `Noise`.

    Args:
        path: The file.

    Returns:
        The noise.

    Raises:
        EbitError: If the file cannot be read or a number is unknown or out of range.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "noise.toml"
        ...     _ = path.write_text("two_qubit_error = [0.01, 0.02]")
        ...     read_noise(path).two_qubit_error
        (0.01, 0.02)
    """
    return _NoiseFile(noise=read_toml(path)).noise  # type: ignore[arg-type]
