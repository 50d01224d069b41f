"""The wire as links of a network: teleportation over their pairs, with their fidelity and rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.communication.costs import copies_for_value, count_bits
from ebit.communication.inference import check_fit, tell_counts
from ebit.communication.layers import State
from ebit.communication.memory import check_memory
from ebit.communication.model import ASKED, LayeredModel, Theta, mean_of_z
from ebit.communication.parties import Parties
from ebit.communication.sampling import draw_signs
from ebit.communication.split import ColumnSplit
from ebit.ledger import Ledger
from ebit.network import Network

_AT_ONCE = 2**22
"""Amplitudes that are worked on at a time."""

MOST_ON_LINKS = 10_000_000
"""Copies of a row, each of which draws its own errors."""


@dataclass(frozen=True)
class OnLinks:
    """An inference over the links of a network.

    Attributes:
        values: Estimates (rows,), the noise of the links included.
        exact: Outputs without noise and with infinitely many copies, shape (rows,).
        ledger: Pairs and bits that were used up.
        copies: Copies of each row.
        seconds: Time for one label, in seconds.
        clean: Share of the copies that no error touched.
    """

    values: NDArray[np.float64]
    exact: NDArray[np.float64]
    ledger: Ledger
    copies: int
    seconds: float
    clean: float


class PauliWire:
    r"""What teleportation over the pairs of a link does to every qubit that is sent.

    A pair in a mixture of Bell states $(\Phi^+, \Phi^-, \Psi^+, \Psi^-)$ turns into the errors
    (none, Z, X, XZ) with the same weights.

    Args:
        weights: Weights of the Bell states (4,) by pair of parties, in both directions.
        rng: Generator.

    Example:
        >>> wire = PauliWire({("a", "b"): np.array([0, 0, 1.0, 0])}, np.random.default_rng(0))
        >>> wire("a", "b", np.array([[1, 0, 0, 0]], complex)).real
        array([[0., 0., 0., 1.]])
    """

    def __init__(
        self, weights: Mapping[tuple[str, str], NDArray[np.float64]], rng: np.random.Generator
    ) -> None:
        self._weights, self._rng = weights, rng
        self.touched: NDArray[np.bool_] | None = None

    def __call__(self, src: str, dst: str, state: State) -> State:
        """Errors of every row (copy) of amplitudes (rows, ..., N)."""
        rows, size = len(state), state[0].size
        qubits = size.bit_length() - 1
        drawn = self._rng.choice(4, (rows, qubits), p=self._weights[src, dst])
        powers = 1 << np.arange(qubits)
        flips = (drawn >= 2) @ powers
        signs = (drawn % 2 == 1) @ powers
        hit = flips + signs > 0
        self.touched = hit if self.touched is None else self.touched | hit
        found = state.reshape(rows, size).copy()  # (rows, size)
        places = np.arange(size)
        for row in np.flatnonzero(hit):
            parity = 1.0 - 2.0 * (np.bitwise_count(places & signs[row]) & 1)
            found[row] = (parity * found[row])[places ^ flips[row]]
        return found.reshape(state.shape)  # (rows, ..., N)


@checks.takes(**ASKED, network=checks.instance(Network, "a network"))
def infer_on_links(
    model: LayeredModel,
    theta: Theta,
    data: ColumnSplit,
    network: Network,
    *,
    eps: float = 0.1,
    delta: float = 0.05,
    copies: int | None = None,
    seed: int = 0,
) -> OnLinks:
    r"""Estimate outputs with copies that are teleported over the links of a network.

    Every copy draws its own errors. A label takes

    $$t = \max_{\mathrm{links}} \frac{\mathrm{pairs}}{\mathrm{rate}} + \sum_{\mathrm{hops}} t_{\mathrm{message}},$$

    because links make their pairs at the same time and copies follow each other. Pairs do not wait
    in memories here.

    Args:
        model: The model; its parties are QPUs of the network.
        theta: Angles of every layer.
        data: Rows, spread over the parties.
        network: The network; a link joins all parties that send to each other.
        eps: Error that sets the number of copies (noise comes on top).
        delta: Probability of a larger one.
        copies: Copies of each row instead of those.
        seed: Seed of errors and measurements.

    Returns:
        Estimates, exact outputs, ledger and seconds.

    Raises:
        EbitError: If a party is no QPU, a link is missing, or states do not fit into memory.

    Example:
        >>> from ebit.communication import model_for
        >>> from ebit.network import Link, Qpu
        >>> network = Network(
        ...     qpus=[Qpu(name="alice", qubits=4), Qpu(name="bob", qubits=4)],
        ...     links=[Link(between=("alice", "bob"), delay="1 ms", pair_rate="1 kHz",
        ...                 fidelity=1.0)])
        >>> data = ColumnSplit([[1.0, 2.0], [2.0, -1.0]], {"alice": [0], "bob": [1]})
        >>> model = model_for(data, 2)
        >>> found = infer_on_links(model, model.init(), data[0], network, copies=100)
        >>> found.ledger.ebits, found.seconds, found.clean
        (400, 0.402, 1.0)
    """  # noqa: E501
    check_fit(model, data)
    m = copies_for_value(eps, delta) if copies is None else copies
    if m > MOST_ON_LINKS:
        raise checks.wrong(
            "eps" if copies is None else "copies",
            f"such that at most {MOST_ON_LINKS:,} copies draw their errors",
            eps if copies is None else copies,
        )
    check_memory(model.qubits)
    names = tuple(dict.fromkeys([*data.parties, *model.owners]))
    route = _route(data, model)
    weights = {}
    for first, second in route:
        link = network.link(first, second)
        weights[first, second] = weights[second, first] = np.array(link.purified.weights)
    rng = np.random.default_rng(seed)
    parties = Parties(names, "teleport")
    at_once = max(_AT_ONCE // model.size, 1)
    values, clean = np.zeros(len(data)), 0
    with parties.during("inference"):
        squares = data.announce(parties)
        for row in range(len(data)):
            total = 0.0
            for start in range(0, m, at_once):
                number = min(at_once, m - start)
                wire = PauliWire(weights, rng)
                parties.channel = wire
                rows = np.full(number, row)
                own = {name: square[rows] for name, square in squares.items()}
                register = data[rows].load(parties, own, 1)
                model.pass_on(theta, parties, register)
                seen = parties.measure(
                    model.owners[-1], register, lambda psi: draw_signs(rng, mean_of_z(psi), 1)
                )
                total += float(seen.sum())
                clean += number - (0 if wire.touched is None else int(wire.touched.sum()))
            values[row] = total / m
        tell_counts(parties, model.owners[-1], count_bits(m), len(data))
    ledger = parties.ledger
    return OnLinks(
        values,
        model.output(theta, data.states()),
        ledger,
        m,
        _seconds(ledger, network, route, len(data)),
        clean / (m * len(data)),
    )


def _route(data: ColumnSplit, model: LayeredModel) -> list[tuple[str, str]]:
    """All hops of one copy."""
    stops = [*data.parties, *model.owners]
    return [(a, b) for a, b in pairwise(stops) if a != b]


def _seconds(ledger: Ledger, network: Network, route: list[tuple[str, str]], rows: int) -> float:
    """Time for the pairs of one label on the slowest link, and for one message at every hop."""
    waits = [
        (ledger.where(src=a, dst=b).ebits + ledger.where(src=b, dst=a).ebits)
        / rows
        / network.link(a, b).purified_pair_rate
        for a, b in {tuple(sorted(hop)) for hop in route}
    ]
    return max(waits, default=0.0) + sum(network.link(a, b).message_time for a, b in route)
