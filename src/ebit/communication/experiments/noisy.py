"""Inference over links: error and time against fidelity, with the rival of that error."""

import numpy as np

from ebit.communication.baselines import BITS, ship_angles
from ebit.communication.experiments.travelling import DELTA, EPS, quantile
from ebit.communication.links import infer_on_links
from ebit.communication.model import walsh_model
from ebit.communication.problems import aligned_states
from ebit.communication.rows import Row, row_of
from ebit.communication.split import ColumnSplit
from ebit.network import Link, Network, Qpu

NAMES = ("alice", "bob")
FIDELITIES = (1.0, 0.999, 0.99, 0.95)
PAIR_RATE = "1 kHz"


def links(quick: bool, seed: int) -> list[Row]:
    """The output of E2 with teleported copies; seconds at 1000 pairs a second."""
    return [
        row
        for n in ((6, 8) if quick else (6, 8, 10, 12))
        for fidelity in FIDELITIES
        for row in _on_link(n, fidelity, 4 if quick else 10, seed)
    ]


def one_link(fidelity: float) -> Network:
    """Two QPUs and a link of 1 ms and 1000 pairs a second."""
    return Network(
        qpus=[Qpu(name=name, qubits=30) for name in NAMES],
        links=[Link(between=NAMES, delay="1 ms", pair_rate=PAIR_RATE, fidelity=fidelity)],
    )


def _on_link(n: int, fidelity: float, instances: int, seed: int) -> list[Row]:
    model = walsh_model(n, 4, NAMES)
    theta = model.init(seed)
    states = aligned_states(model, theta, instances, np.random.default_rng([seed, n]))
    columns = {"alice": range(2**n)}
    data = ColumnSplit(states.real, columns, bias=False, standardise=False)
    found = infer_on_links(model, theta, data, one_link(fidelity), eps=EPS, delta=DELTA, seed=seed)
    target = quantile(np.abs(found.values - found.exact))
    case = f"fidelity {fidelity:g}"
    one = infer_on_links(model, theta, data[0], one_link(fidelity), eps=EPS, delta=DELTA, seed=seed)
    note = f"{found.clean:.3f} of the copies without an error"
    rows = [
        row_of(
            one.ledger, experiment="links", n=n, case=case, copies=one.copies, error=target,
            protocol="quantum, teleported", model="two-way", note=note,
            seconds=one.seconds,
        )
    ]  # fmt: skip
    for bits in BITS:
        arrived, angles, sent = ship_angles(model, theta, states, bits)
        error = quantile(np.abs(model.output(angles, arrived) - found.exact))
        if error <= target:
            rows.append(
                Row("links", n, f"C1 ship x and angles, {bits} bits", "one-way",
                    cbits=sent, error=error, case=case)
            )  # fmt: skip
            break
    return rows
