"""What a schedule comes to: how many pairs were of use, to which jobs, and how old they were."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ebit.consensus.broker.links import Array, Jobs, Links
from ebit.consensus.broker.play import Played
from ebit.physics import werner_fidelity
from ebit.physics.key_rates import SIX_STATE_LEAST

QUANTILES = (0.5, 0.95, 0.99)

FIDELITIES = np.linspace(0.25, 1.0, 16)
"""Edges of the histogram of fidelities."""


@dataclass
class Tally:
    """Rounds that were played, and what they add up to.

    Args:
        links: The true links.
    """

    links: Links
    rounds: list[tuple[Played, Jobs]] = field(default_factory=list)

    def add(self, played: Played, jobs: Jobs) -> None:
        """Add a round."""
        self.rounds.append((played, jobs))

    def rows(self) -> list[dict[str, Any]]:
        """One row a run; see `docs/consensus.md` for the columns."""
        return [self._row(run) for run in range(len(self.links.success))]

    def fidelities(self) -> Array:
        """Fidelity of every pair used, shape (rounds, runs, nodes, pairs), or NaN."""
        return np.stack([werner_of(self.links, played.used_age) for played, _ in self.rounds])

    def ages(self) -> Array:
        """Age of every pair used, the same shape."""
        return np.stack([played.used_age for played, _ in self.rounds])

    def _row(self, run: int) -> dict[str, Any]:
        played = [one for one, _ in self.rounds]
        made = sum(int(one.made[run].sum()) for one in played)
        attempts = sum(int(one.attempts[run].sum()) for one in played)
        tested = sum(int(np.isfinite(one.tested_age[run]).sum()) for one in played)
        fidelity = self.fidelities()[:, run]  # (rounds, nodes, pairs)
        done = np.stack([one.done[run] for one in played])  # (rounds, nodes)
        least = werner_fidelity(self.links.least) - 1e-12
        used, useful = np.isfinite(fidelity), fidelity >= least
        strict = useful & done[..., None]
        shown = fidelity[used]
        latency = np.concatenate(
            [(one.finished - jobs.release)[run][one.done[run]] for one, jobs in self.rounds]
        )
        makespan = [int(one.finished[run].max()) + 1 for one in played]
        left = np.concatenate([werner_of(self.links, one.left_age)[run].ravel() for one in played])
        ages = np.concatenate([one.used_age[run].ravel() for one in played])
        row: dict[str, Any] = {
            "utilisation_strict": _share(strict.sum(), made),
            "utilisation_useful": _share(useful.sum(), made),
            "utilisation_used": _share(used.sum() + tested, made),
            "completion": float(done.mean()),
            "fidelity_mean": _mean(shown),
            "fidelity_q05": _quantile(shown, 0.05),
            "attempts_per_pair": attempts / used.sum() if used.any() else None,
            "pairs_made": made,
            "pairs_tested": tested,
            "violations_fidelity": int((done & (used & ~useful).any(axis=-1)).sum()),
            "violations_deadline": int((~done).sum()),
            "discarded_stale": sum(int(one.stale[run].sum()) for one in played),
            "discarded_dropped": sum(int(one.dropped[run].sum()) for one in played),
            "left_fit_for_keys": int((left > SIX_STATE_LEAST).sum()),
            "age_mean": _mean(ages[np.isfinite(ages)]),
            "makespan_mean": float(np.mean(makespan)),
        }
        row["age_counts"] = np.bincount(
            ages[np.isfinite(ages)].astype(int), minlength=self.rounds[0][0].slots
        ).tolist()
        row["fidelity_counts"] = np.histogram(shown, FIDELITIES)[0].tolist()
        for share in QUANTILES:
            row[f"latency_q{100 * share:.0f}"] = _quantile(latency, share)
        return row


def werner_of(links: Links, age: Array) -> Array:
    """Fidelity of pairs of these ages, shape (runs, nodes, ...); NaN stays NaN."""
    return (1 + 3 * links.worth(age)) / 4


def _share(part: Any, whole: int) -> float | None:
    return float(part) / whole if whole else None


def _mean(values: Array) -> float | None:
    return float(values.mean()) if values.size else None


def _quantile(values: Array, share: float) -> float | None:
    return float(np.quantile(values, share)) if values.size else None
