"""Settings in TOML files."""

import tomllib
from pathlib import Path
from typing import Any

from ebit.errors import EbitError
from ebit.noise import Noise
from ebit.settings import Settings


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Args:
        path: The file.

    Returns:
        Its tables and values.

    Raises:
        EbitError: If it cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise EbitError(
            f"Cannot read {str(path)!r} ({error.strerror}): give the path of a TOML file."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise EbitError(f"File {str(path)!r} is not TOML ({reason}): correct it.") from None


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
