"""A training over a faulty network as an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from ebit import checks
from ebit.consensus.attacks import ATTACKS
from ebit.consensus.training.arms import ARMS
from ebit.consensus.training.loop import CHUNK, State, Training
from ebit.consensus.training.settings import ConsensusSettings
from ebit.consensus.training.transport import seeds
from ebit.learning import Checkpoint
from ebit.results.experiment import Progress
from ebit.results.provenance import provenance
from ebit.results.store import Kind, Store

CONSENSUS = Kind("consensus", "consensus")

SCHEDULE_COLUMNS = (
    "utilisation_strict", "utilisation_useful", "completion", "fidelity_mean", "fidelity_q05",
    "attempts_per_pair", "pairs_per_update", "slots_per_round",
)  # fmt: skip
"""What a row says of the schedule behind it."""

LAST = 3
"""The accuracy of a run is the mean over so many evaluations at its end."""


@dataclass(frozen=True)
class Consensus:
    """One arm under one attack.

    Args:
        settings: What to train.

    Example:
        >>> import tempfile
        >>> from ebit.results import run_experiment
        >>> settings = ConsensusSettings(nodes=4, rounds=5, seeds=1, arm="edf+robust")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rows = run_experiment(Consensus(settings), Store(folder))
        >>> rows.select("arm", "seed").rows()
        [('edf+robust', 0)]
    """

    settings: ConsensusSettings

    @property
    def kind(self) -> Kind:
        """Rows only."""
        return CONSENSUS

    @property
    def content(self) -> Mapping[str, Any]:
        """All settings."""
        return {"kind": "consensus", **self.settings.content}

    @property
    def hash(self) -> str:
        """Of the content."""
        return self.settings.hash

    def run(self, store: Store, progress: Progress | None = None) -> pl.DataFrame:
        """One row a run; an interrupted training goes on where it stopped, bit by bit the same."""
        own = self.settings
        training = Training(own)
        checkpoint = Checkpoint(store.checkpoint_path(self.hash), self.hash)
        state, done = training.start(), 0
        curves = np.zeros((3, training.chunks, own.seeds))
        saved = checkpoint.load({"state": state._asdict(), "curves": curves})
        if saved is not None:
            found, position = saved
            state, curves, done = (
                State(**found["state"]),
                np.array(found["curves"]),
                position["done"],
            )
        for chunk in range(done, training.chunks):
            state, evaluation = training.advance(state, chunk)
            curves[:, chunk] = np.asarray(evaluation)
            checkpoint.save({"state": state._asdict(), "curves": curves}, {"done": chunk + 1})
            if progress is not None:
                progress(min((chunk + 1) * CHUNK, own.rounds), own.rounds)
        return self._rows(training, curves)

    def _rows(self, training: Training, curves: Any) -> pl.DataFrame:
        own, arm = self.settings, ARMS[self.settings.arm]
        made = asdict(provenance("complex64"))
        last = curves[:, -LAST:].mean(axis=1)  # (3, runs)
        rounds = [min((k + 1) * CHUNK, own.rounds) for k in range(training.chunks)]
        rows = [
            {
                "arm": own.arm,
                "attack": own.attack,
                "faulty": own.faulty,
                "seed": seed,
                "accuracy": last[0, run],
                "gradient_error": curves[1, :, run].mean(),
                "gradient_cosine": curves[2, :, run].mean(),
                "regime": own.regime,
                "hardware": own.hardware,
                "claim": own.claim,
                "strength": own.strength,
                "policy": arm.policy,
                "weights": arm.weights,
                "filter": arm.filter,
                "noise_floor": training.noise_floor[run],
                **{f"schedule_{k}": training.transport.rows[run][k] for k in SCHEDULE_COLUMNS},
                "rounds": rounds,
                "accuracies": curves[0, :, run].tolist(),
                "gradient_errors": curves[1, :, run].tolist(),
                "task": self.hash,
                **made,
            }
            for run, seed in enumerate(seeds(own))
        ]
        return pl.DataFrame(
            rows, infer_schema_length=None, schema_overrides={"strength": pl.Float64}
        )


def consensus_tasks(
    arms: Sequence[str],
    attacks: Sequence[str],
    faulty: Sequence[int],
    regimes: Sequence[str],
    **settings: Any,
) -> list[Consensus]:
    """One training for every arm, attack, number of faulty nodes and regime; each once.

    Without faulty nodes there is nothing to attack with, and without an attack faulty nodes behave.

    Args:
        arms: Names of arms.
        attacks: Names of attacks.
        faulty: Numbers of faulty nodes.
        regimes: Names of regimes.
        **settings: The other settings, see `ConsensusSettings`.

    Returns:
        The trainings.

    Raises:
        EbitError: If a name or setting is wrong.

    Example:
        >>> tasks = consensus_tasks(["ceas"], ["alie", "ipm"], [0, 5], ["easy"])
        >>> [(task.settings.attack, task.settings.faulty) for task in tasks]
        [('none', 0), ('alie', 5), ('ipm', 5)]
    """
    attacks = [checks.one_of(ATTACKS)("attack", attack) for attack in attacks]
    tasks = [
        Consensus(
            ConsensusSettings(
                arm=arm, attack=attack if f else "none", faulty=f, regime=regime, **settings
            )
        )
        for regime in regimes
        for f in faulty
        for attack in attacks
        for arm in arms
    ]
    return list({task.hash: task for task in tasks}.values())
