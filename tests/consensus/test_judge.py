"""CEAS inside qnetbench beside its own policies."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ebit.consensus.broker.judge import ContentionPolicy


@dataclass
class Request:
    req_id: int
    request_time: float
    deadline: float
    demand: Any = field(default_factory=lambda: SimpleNamespace(min_fidelity=0.5))

    def effective_deadline(self) -> float:
        return self.deadline


def test_the_last_chance_comes_first_and_the_hopeless_last() -> None:
    strict = SimpleNamespace(min_fidelity=0.98)
    asked = [
        Request(0, 0.0, float("inf")),
        Request(1, 0.0, 0.2),
        Request(2, 0.0, 0.05),  # over
        Request(3, 0.0, 1.0, strict),  # a pair would be too old
        Request(4, 0.099, 1.0, strict),  # soon too old
    ]
    assert ContentionPolicy().order(asked, now=0.1) == [4, 1, 0, 3, 2]


@pytest.mark.slow
def test_beside_the_policies_of_qnetbench() -> None:
    contention = pytest.importorskip("qnetbench.contention", exc_type=ImportError)
    get_policy = pytest.importorskip("qnetbench.policies").get_policy

    options = {
        "capacity": contention.CAPACITY,
        "link_fidelity": contention.LINK_FIDELITY,
        "coherence_time": contention.COHERENCE_TIME,
    }
    policies = [ContentionPolicy(), *map(get_policy, ("fifo", "edf", "fidelity_first"))]
    met: dict[str, list[float]] = {policy.name: [] for policy in policies}
    for seed in range(3):
        for tenants in contention.default_mixes(60, seed=seed).values():
            for policy in policies:
                found = contention.simulate(tenants, policy, **options)
                met[policy.name].append(found.aggregate_utility)
    means = {name: np.mean(values) for name, values in met.items()}

    assert means["ceas"] >= max(means.values()) - 0.01
