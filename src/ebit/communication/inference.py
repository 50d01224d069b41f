"""Inference: the output of the model from a finite number of copies that travel."""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.communication.costs import MOST_COPIES, copies_for_value, count_bits
from ebit.communication.model import ASKED, LayeredModel, Theta, mean_of_z
from ebit.communication.parties import Parties, Register, Wire
from ebit.communication.sampling import draw_signs
from ebit.communication.split import ColumnSplit
from ebit.errors import EbitError
from ebit.ledger import Ledger

Mode = Literal["shots", "amplitude"]
MODES: tuple[Mode, ...] = ("shots", "amplitude")
MOST_REPLAYED = 64
LEAST_EPS = 1e-4
"""Of amplitude estimation."""


@checks.takes(**ASKED)
def infer(
    model: LayeredModel,
    theta: Theta,
    data: ColumnSplit,
    *,
    eps: float = 0.1,
    delta: float = 0.05,
    copies: int | None = None,
    mode: Mode = "shots",
    wire: Wire = "direct",
    replay: bool = False,
    seed: int = 0,
    ledger: Ledger | None = None,
    step: int = 0,
) -> tuple[NDArray[np.float64], Ledger]:
    r"""Estimate the output of every row by measuring copies of its state.

    $$m = \lceil 2 \ln(2/\delta)/\epsilon^2 \rceil, \quad
    P(\vert\hat f - f\vert \le \epsilon) \ge 1 - \delta$$

    Every copy travels through the loading and all layers; the last owner measures, and tells the
    others the count.

    Args:
        model: The model.
        theta: Angles of every layer.
        data: Rows, spread over the parties.
        eps: Largest error.
        delta: Probability of a larger one.
        copies: Copies of each row instead of those that follow from `eps` and `delta`.
        mode: `shots` measures m copies; `amplitude` estimates the amplitude with about 1/eps trips.
        wire: `direct` or `teleport`.
        replay: Run every copy by itself (at most 64); the ledger then has more entries, with the
            same totals.
        seed: Seed of the measurements.
        ledger: Where to write; a new one by default.
        step: Step of the entries.

    Returns:
        Estimates (rows,) and the ledger.

    Raises:
        EbitError: If model and data do not fit, or an argument is out of range.

    Example:
        >>> from ebit.communication import ColumnSplit, model_for
        >>> data = ColumnSplit([[1.0, 2.0], [2.0, -1.0]], {"alice": [0], "bob": [1]})
        >>> model = model_for(data, layers=4)
        >>> f, ledger = infer(model, model.init(), data[0], eps=0.1, delta=0.05)
        >>> ledger.qubits == 738 * data.qubits * (data.hops + model.hops)
        True

    Source:
        Gilboa et al., arXiv:2310.07136, problem 1; counts are ours.
    """
    check_fit(model, data)
    checks.one_of(MODES)("mode", mode)
    m = (
        copies_for_value(eps, delta)
        if copies is None
        else checks.whole(1, MOST_COPIES)("copies", copies)
    )
    parties = Parties(_names(model, data), wire, ledger)
    rng = np.random.default_rng([seed, step])
    with parties.during("inference", step):
        squares = data.announce(parties)
        if mode == "amplitude":
            if replay or copies is not None:
                raise EbitError("Arguments `replay` and `copies` need `mode` to be 'shots'.")
            return _amplitudes(model, theta, data, parties, squares, eps, delta, rng)
        if not replay:
            register = _travelled(model, theta, data, parties, squares, m)
            estimates = parties.measure(
                model.owners[-1], register, lambda psi: draw_signs(rng, mean_of_z(psi), m)
            )
        else:
            if m > MOST_REPLAYED:
                raise EbitError(
                    f"Argument `replay` runs at most {MOST_REPLAYED} copies, but there are {m}: "
                    "give fewer `copies`."
                )
            outcomes = []
            for _ in range(m):
                register = _travelled(model, theta, data, parties, squares, 1)
                outcomes.append(
                    parties.measure(
                        model.owners[-1], register, lambda psi: draw_signs(rng, mean_of_z(psi), 1)
                    )
                )
            estimates = np.mean(outcomes, axis=0)
        tell_counts(parties, model.owners[-1], count_bits(m), len(data))
    return estimates, parties.ledger


def tell_counts(parties: Parties, holder: str, width: int, rows: int) -> None:
    """The last owner tells everybody else what was counted for each row."""
    for name in parties.names:
        if name != holder:
            parties.send_bits(holder, name, width, copies=rows, tag="count")


def check_fit(model: LayeredModel, data: ColumnSplit) -> None:
    """Raise unless the states of the data are those that the model takes.

    Raises:
        EbitError: If they are not.
    """
    if model.qubits != data.qubits:
        raise EbitError(
            f"Model takes states of {model.qubits} qubits, but the data have {data.qubits}: make "
            "it with `model_for(data, layers)`."
        )
    if data.holder not in model.owners:
        raise EbitError(f"Party {data.holder!r} holds the state, but owns no layer of the model.")


def _names(model: LayeredModel, data: ColumnSplit) -> tuple[str, ...]:
    """All parties, each once; a lone one gets somebody to talk to."""
    return tuple(dict.fromkeys([*data.parties, *model.owners]))


def _travelled(
    model: LayeredModel,
    theta: Theta,
    data: ColumnSplit,
    parties: Parties,
    squares: dict[str, NDArray[np.float64]],
    copies: int,
) -> Register:
    """Copies that have been loaded and have gone through all layers."""
    register = data.load(parties, squares, copies)
    model.pass_on(theta, parties, register)
    return register


def _amplitudes(
    model: LayeredModel,
    theta: Theta,
    data: ColumnSplit,
    parties: Parties,
    squares: dict[str, NDArray[np.float64]],
    eps: float,
    delta: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], Ledger]:
    """Estimates by iterative amplitude estimation, row by row."""
    copies_for_value(eps, delta)  # checks both
    if eps < LEAST_EPS:
        raise EbitError(
            f"Argument `eps` must be at least {LEAST_EPS:g} with the mode 'amplitude', whose every "
            f"trip is counted, but is {eps:g}."
        )
    estimates = []
    for row in range(len(data)):
        one = data[row]
        quiet = Parties(parties.names)  # the state itself; what it costs is written below
        own = {name: square[row : row + 1] for name, square in squares.items()}
        register = _travelled(model, theta, one, quiet, own, 1)
        chance = (1 + float(mean_of_z(register.state)[0])) / 2
        route = [entry for entry in quiet.ledger if entry.kind == "qubit"]

        def ask(power: int, shots: int, chance: float = chance, route: list = route) -> int:  # type: ignore[type-arg]
            """Shots after so many Grover iterates: 2 power + 1 trips along the whole route."""
            for trip in range(2 * power + 1):
                for entry in route if trip % 2 == 0 else route[::-1]:
                    ends = (entry.src, entry.dst) if trip % 2 == 0 else (entry.dst, entry.src)
                    _send(parties, *ends, entry.amount, shots)
            angle = math.asin(math.sqrt(min(max(chance, 0.0), 1.0)))
            return int(rng.binomial(shots, math.sin((2 * power + 1) * angle) ** 2))

        estimates.append(2 * estimate_amplitude(ask, eps / 2, delta) - 1)
    tell_counts(parties, model.owners[-1], 32, len(data))
    return np.array(estimates), parties.ledger


def _send(parties: Parties, src: str, dst: str, qubits: int, copies: int) -> None:
    register = Register(src, qubits, copies, np.zeros((1, 1), complex))
    parties.send_qubits(register, dst, tag="amplitude")


def estimate_amplitude(ask: object, eps: float, delta: float, shots: int = 64) -> float:
    r"""Iterative amplitude estimation of $a = \sin^2 \theta$ to within eps.

    Args:
        ask: `ask(r, shots)` says how many of the shots after r Grover iterates were a hit.
        eps: Largest error of a.
        delta: Probability of a larger one.
        shots: Shots of one question.

    Returns:
        The estimate.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> ask = lambda r, n: rng.binomial(n, np.sin((2 * r + 1) * 0.6) ** 2)
        >>> bool(abs(estimate_amplitude(ask, 0.01, 0.05) - np.sin(0.6) ** 2) < 0.01)
        True

    Source:
        Grinko, Gacon, Zoufal and Woerner, npj Quantum Information 7, 52 (2021).
    """
    low, high = 0.0, 0.25  # bounds of the angle in turns
    questions = math.ceil(math.log2(math.pi / (8 * eps))) + 1
    power, is_upper, hits, asked = 0, True, 0, 0
    while (math.sin(2 * math.pi * high) ** 2 - math.sin(2 * math.pi * low) ** 2) > 2 * eps:
        found = _next_power(power, is_upper, low, high)
        if found[0] != power:
            hits = asked = 0
        power, is_upper = found
        hits += ask(power, shots)  # type: ignore[operator]
        asked += shots
        spread = math.sqrt(math.log(2 * questions / delta) / (2 * asked))
        share = hits / asked
        bounds = [min(max(share + sign * spread, 0.0), 1.0) for sign in (-1, 1)]
        turns = [math.acos(1 - 2 * bound) / (2 * math.pi) for bound in bounds]
        if not is_upper:
            turns = [1 - turn for turn in turns[::-1]]
        factor = 4 * power + 2
        whole = math.floor(factor * low)
        low = max(low, (whole + turns[0]) / factor)
        high = max(min(high, (whole + turns[1]) / factor), low)
    return (math.sin(2 * math.pi * low) ** 2 + math.sin(2 * math.pi * high) ** 2) / 2


def _next_power(power: int, is_upper: bool, low: float, high: float) -> tuple[int, bool]:
    """The largest power at least twice the last one whose angles lie in one half turn."""
    now = 4 * power + 2
    most = math.floor(1 / (2 * max(high - low, 1e-12)))
    factor = most - (most - 2) % 4
    while factor >= 2 * now:
        a, b = (factor * low) % 1, (factor * high) % 1
        if a <= b and b <= 0.5:
            return (factor - 2) // 4, True
        if a <= b and a >= 0.5:
            return (factor - 2) // 4, False
        factor -= 4
    return power, is_upper
