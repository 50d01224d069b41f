"""Trained circuits run under noise: the exact read-outs and their spread over shots."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit.jax_settings import own_settings
from ebit.learning.shared_programs import over_runs
from ebit.models import LOSSES, DistributedQCNN, labels_of
from ebit.results import StoredModel
from ebit.shots import check_shots

_ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Readouts:
    """What the read-out is for every run and row.

    Attributes:
        mean: Expectation E_w, shape (runs, rows).
        std: Standard deviation of one shot, shape (runs, rows).
        labels: Right labels +1 and -1, shape (rows,).
    """

    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    labels: NDArray[np.float64]

    def accuracy(self, shots: int | None = None) -> NDArray[np.float64]:
        r"""Fraction of right labels of every run.

        The label is the sign of the mean of so many shots, which is close to a normal
        distribution:

        .. math:: P(\text{right}) = \Phi\Big(\frac{L E_w \sqrt{N}}{\sigma}\Big)

        Args:
            shots: Shots N per label; None for the exact expectation, the limit of many.

        Returns:
            Expected accuracy, shape (runs,).

        Raises:
            EbitError: If `shots` is no number of shots.

        Example:
            >>> readouts = Readouts(np.array([[0.5]]), np.array([[1.0]]), np.array([1.0]))
            >>> readouts.accuracy().tolist(), readouts.accuracy(4).round(3).tolist()
            ([1.0], [0.841])
        """
        sign = labels_of(self.mean[..., None])
        if shots is None:
            return np.mean(sign == self.labels, axis=1)
        check_shots(shots)
        sharp = self.std == 0
        score = self.mean * np.sqrt(shots) / np.where(sharp, 1.0, self.std)
        score = np.where(sharp, sign * np.inf, score)
        from scipy.special import ndtr  # slow to import

        return np.mean(ndtr(self.labels * score), axis=1)


@own_settings
def read_out(
    stored: StoredModel,
    model: DistributedQCNN,
    x: NDArray[np.float64],
    labels: NDArray[np.float64],
) -> Readouts:
    """Read-outs of all trained runs, exact for the given model.

    Args:
        stored: Trained parameters.
        model: The circuit that is run with them, with or without noise.
        x: Angles (rows, features) in radians.
        labels: +1 or -1, shape (rows,).

    Returns:
        The read-outs.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.data import load
        >>> from ebit.results import Store, load_model, make_task, train
        >>> data = load("chsh")
        >>> task = make_task(data, resource="none", depth=1, steps=2, runs=3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = train(data, task, Path(folder))
        ...     stored = load_model(Store(Path(folder)).model_path(task.hash))
        >>> read_out(stored, stored.model, data.x_train, data.y_train).accuracy().shape
        (3,)
    """
    x = stored.placed(x)
    parameters = jax.tree.map(jnp.asarray, stored.parameters)
    trained = LOSSES[stored.task.training.loss].trains_readout

    def moments(run: Any, rows: jax.Array) -> tuple[jax.Array, jax.Array]:
        table = model.probabilities(run, rows)
        weights = model.readout_weights(run, trained_readout=trained)
        outcomes = tuple(range(1, table.ndim))  # one axis for each QPU
        mean = jnp.sum(weights * table, axis=outcomes)
        deviation = weights - jnp.expand_dims(mean, outcomes)
        return mean, jnp.sum(deviation**2 * table, axis=outcomes)

    with jax.enable_x64(False):
        parts = [
            over_runs(
                moments,
                parameters,
                jnp.asarray(x[start : start + _ROWS_AT_ONCE], jnp.float32),
                stacks=model.stacks_runs,
            )
            for start in range(0, len(x), _ROWS_AT_ONCE)
        ]
    mean, variance = (
        np.concatenate([np.asarray(part, np.float64) for part in each], axis=1)
        for each in zip(*parts, strict=True)
    )
    std = np.sqrt(np.clip(variance, 0, None))
    return Readouts(mean, std, np.asarray(labels, np.float64))
