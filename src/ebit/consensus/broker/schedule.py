"""A schedule as an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from ebit.consensus.broker.broker import Broker
from ebit.consensus.broker.settings import ScheduleSettings
from ebit.results.experiment import Progress
from ebit.results.provenance import provenance
from ebit.results.store import Kind, Store

SCHEDULE = Kind("schedule", "schedules")


@dataclass(frozen=True)
class Schedule:
    """A policy on a network, all updates worth the same.

    Args:
        settings: Policy and network.

    Example:
        >>> import tempfile
        >>> from ebit.results import run_experiment
        >>> schedule = Schedule(ScheduleSettings(policy="edf", nodes=4, rounds=2, seeds=1))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rows = run_experiment(schedule, Store(folder))
        >>> rows["policy"].to_list(), rows["utilisation_used"].item()
        (['edf'], 1.0)
    """

    settings: ScheduleSettings

    @property
    def kind(self) -> Kind:
        """Schedules have rows only."""
        return SCHEDULE

    @property
    def content(self) -> Mapping[str, Any]:
        """All settings."""
        return {"kind": "schedule", **self.settings.content}

    @property
    def hash(self) -> str:
        """Of the content."""
        return self.settings.hash

    def run(self, store: Store, progress: Progress | None = None) -> pl.DataFrame:
        """One row a run."""
        own = self.settings
        broker = Broker(own)
        for turn in range(own.rounds):
            broker.round(np.ones((own.seeds, own.nodes)))
            if progress is not None:
                progress(turn + 1, own.rounds)
        made = asdict(provenance("complex128"))
        told = {"policy": own.policy, "regime": own.regime}
        rows = [
            {**told, "seed": seed, **row, "task": self.hash, **made}
            for seed, row in zip(broker.seeds, broker.tally.rows(), strict=True)
        ]
        return pl.DataFrame(rows, infer_schema_length=None)


def schedule_tasks(
    policies: Sequence[str], regimes: Sequence[str], **settings: Any
) -> list[Schedule]:
    """One schedule for every policy and regime.

    Args:
        policies: Names of policies.
        regimes: Names of regimes.
        **settings: The other settings, see `ScheduleSettings`.

    Returns:
        The schedules, regime by regime.

    Raises:
        EbitError: If a name or a setting is wrong.

    Example:
        >>> [task.settings.policy for task in schedule_tasks(["ceas", "fifo"], ["easy"])]
        ['ceas', 'fifo']
    """
    return [
        Schedule(ScheduleSettings(policy=policy, regime=regime, **settings))
        for regime in dict.fromkeys(regimes)
        for policy in dict.fromkeys(policies)
    ]
