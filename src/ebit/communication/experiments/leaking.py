"""E12: what parties could have learned from the states that they were sent, and attacks."""

import numpy as np

from ebit.communication.inference import infer
from ebit.communication.layers import WalshLayers
from ebit.communication.model import model_for
from ebit.communication.privacy import ATTACKS, attack, leaks, rebuilding_fidelity
from ebit.communication.rows import Row
from ebit.communication.split import ColumnSplit
from ebit.ledger import Ledger

VALUE_BITS = 32
"""Bits of a number that a party holds."""
COPIES = (738, 2402)
"""Copies of a state: of an output to 0.1, and of every derivative of one layer of 1,023 angles."""
QUOTED = {(10, 738): 1722.0, (10, 2402): 3007.0}
"""Bits of the symmetric space as the specification of the study has them."""


def privacy(quick: bool, seed: int) -> list[Row]:
    """Bounds from ledgers of inferences that were run, and fidelities of attacks below theirs."""
    rows = []
    for qubits, layers in ((10, 2), (10, 4)) if quick else ((10, 2), (10, 4), (14, 4), (20, 2)):
        for copies in COPIES:
            rows += _of_ledger(_inference(qubits, layers, copies, seed), qubits, layers, copies)
    for name in ATTACKS:
        for copies in (10, 50) if quick else (10, 50, 200):
            found = attack(name, copies=copies, qubits=4, states=40 if quick else 200, seed=seed)
            rows.append(
                Row(
                    "E12", 4, f"attack {name}", "one-way", qubits=4 * copies, copies=copies,
                    error=1 - found.fidelity.mean, expected=1 - found.bound,
                    case="rebuild a random state",
                    verdict="below the bound" if found.fidelity.mean < found.bound else "above it",
                    note=f"fidelity {found.fidelity.mean:.3f}, at best {found.bound:.3f}",
                )
            )  # fmt: skip
    return rows


def _inference(qubits: int, layers: int, copies: int, seed: int) -> Ledger:
    """The ledger of one output for Alice's data, as in E2."""
    x = np.random.default_rng([seed, 7]).normal(size=(1, 2**qubits))
    data = ColumnSplit(x, {"alice": list(range(2**qubits))}, bias=False, standardise=False)
    model = model_for(data, layers, ("alice", "bob"))
    theta = [np.zeros(WalshLayers(qubits).shape) for _ in range(layers)]
    return infer(model, theta, data, copies=copies, seed=seed)[1]


def _of_ledger(ledger: Ledger, qubits: int, layers: int, copies: int) -> list[Row]:
    rows = []
    for leak in leaks(ledger, {"alice": VALUE_BITS * 2**qubits}):
        if leak.copies == 0:
            continue
        known = layers == 2 and leak.of == "alice"
        share = "" if leak.share is None else f", {leak.share:.3%} of {leak.raw} bits"
        rows.append(
            Row(
                "E12", qubits, f"{leak.by} of {leak.of}", "two-way", qubits=leak.qubits,
                cbits=leak.cbits, copies=leak.copies, rounds=ledger.rounds,
                error=leak.symmetric, expected=QUOTED.get((qubits, copies)) if known else None,
                case=f"bits learned at most, M={layers}", verdict="bound",
                note=f"Holevo {leak.holevo}, symmetric {leak.symmetric:.0f}{share}; fidelity of "
                f"rebuilding at most {rebuilding_fidelity(copies, qubits):.4f}",
            )
        )  # fmt: skip
        rows.append(
            Row(
                "E12", qubits, f"{leak.by} of {leak.of}", "two-way", qubits=leak.qubits,
                cbits=leak.cbits, copies=leak.copies, rounds=ledger.rounds,
                error=1 - rebuilding_fidelity(leak.copies, qubits),
                case=f"rebuilding fails at least, M={layers}", verdict="bound",
            )
        )  # fmt: skip
    return rows
