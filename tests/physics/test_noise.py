"""The numbers of the noise: their channels and their checks."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit.engine import select_engine
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.physics import Noise, QPUNoise, damping, dephasing, depolarising, idling, transfer_matrix
from ebit.physics.channels import Channel
from ebit.resources import BellPairs, ClassicalBits, QuantumLink

chances = st.floats(0, 1)


def is_physical(channel: Channel) -> bool:
    """Trace preserving, and positive on half of a Bell pair (Choi)."""
    paulis = [np.eye(2), np.eye(2)[::-1], np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])]
    choi = sum(channel[i, j] * np.kron(paulis[i], paulis[j].T) for i in range(4) for j in range(4))
    keeps_trace = np.allclose(channel[0], [1, 0, 0, 0])
    return keeps_trace and bool(np.linalg.eigvalsh(np.asarray(choi)).min() > -1e-9)


@given(chances, st.floats(0, 10), st.floats(0.1, 10), st.floats(0, 1))
def test_every_channel_is_physical(chance: float, time: float, t1: float, share: float) -> None:
    t2 = max(2 * t1 * share, 1e-3)
    for channel in (depolarising(chance), dephasing(chance), damping(chance)):
        assert is_physical(channel)
    for lifetimes in ((t1, t2), (t1, None), (None, t2), (None, None)):
        assert is_physical(idling(time, *lifetimes))


def test_the_check_sees_what_is_not_physical() -> None:
    assert not is_physical(np.diag([1.0, 1, 1, 0]))  # T2 longer than 2 T1


@given(st.floats(0, 5), st.floats(0, 5))
def test_idling_adds_up(first: float, second: float) -> None:
    both = idling(second, 1.0, 1.5) @ idling(first, 1.0, 1.5)
    np.testing.assert_allclose(both, idling(first + second, 1.0, 1.5), atol=1e-12)


def test_idling_at_the_limit_is_damping() -> None:
    np.testing.assert_allclose(idling(1.0, 2.0, 4.0), damping(1 - np.exp(-0.5)), atol=1e-15)
    np.testing.assert_allclose(idling(1.0, 2.0, None), damping(1 - np.exp(-0.5)), atol=1e-15)


def test_channels_of_unitaries_are_rotations() -> None:
    hadamard = np.array([[1, 1], [1, -1]], complex) / np.sqrt(2)
    found = transfer_matrix(hadamard)
    np.testing.assert_allclose(found @ [1, 0.1, 0.2, 0.3], [1, 0.3, -0.2, 0.1], atol=1e-15)
    swap = transfer_matrix(np.eye(4)[[0, 2, 1, 3]].astype(complex))
    one, other = np.arange(4.0), np.array([1.0, 5, 6, 7])
    np.testing.assert_allclose(swap @ np.kron(one, other), np.kron(other, one), atol=1e-14)


def test_numbers_of_both_or_of_each() -> None:
    noise = Noise(two_qubit_error=(0.1, 0.2), flip_one=0.3)
    assert [qpu.two_qubit_error for qpu in noise.qpus] == [0.1, 0.2]
    assert [qpu.flip_one for qpu in noise.qpus] == [0.3, 0.3]
    assert noise.qpus[0] == QPUNoise(two_qubit_error=0.1, flip_one=0.3)


def test_a_value() -> None:
    """Equal however it was written, and a key."""
    written: list[Any] = [Noise(t1_seconds=1), Noise(t1_seconds=1.0), Noise(t1_seconds=(1, 1.0))]
    written.append(Noise(t1_seconds=[1, 1]))  # type: ignore[arg-type]
    assert len(set(written)) == 1


@pytest.mark.parametrize(
    ("noise", "zero"),
    [
        (Noise(), True),
        (Noise(t1_seconds=1.0, t2_seconds=1.0), True),
        (Noise(two_qubit_seconds=1.0, message_seconds=1.0), True),
        (Noise(t1_seconds=1.0, message_seconds=1.0), False),
        (Noise(t2_seconds=(None, 1.0), one_qubit_seconds=1.0), False),
        (Noise(flip_one=(0.0, 0.1)), False),
        (Noise(correlated_error=(0.0, 0.1)), False),
    ],
)
def test_is_zero(noise: Noise, zero: bool) -> None:
    assert noise.is_zero is zero


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"one_qubit_error": 1.5}, "`one_qubit_error` must be a probability, .* but is 1.5"),
        ({"two_qubit_error": (0.1, -1)}, "`two_qubit_error` must be a probability, .* but is -1"),
        ({"correlated_error": 2}, "`correlated_error` must be a probability, .* but is 2"),
        ({"flip_one": "0.1"}, "`flip_one` must be a probability"),
        ({"flip_zero": float("nan")}, "`flip_zero` must be a probability"),
        ({"flip_zero": ()}, "A list of numbers of noise is empty"),
        ({"herald_seconds": (1.0, 2.0)}, "`herald_seconds` must be a time"),
        ({"t1_seconds": 0}, "`t1_seconds` must be a time in seconds, a number > 0, or None"),
        ({"t2_seconds": -1.0}, "`t2_seconds` must be a time"),
        ({"message_seconds": -1.0}, "`message_seconds` must be a time in seconds, a number >= 0"),
        ({"message_seconds": (1.0, -2.0)}, "`message_seconds` must be a time"),
        ({"one_qubit_seconds": None}, "`one_qubit_seconds` must be a time"),
        (
            {"t1_seconds": 1.0, "t2_seconds": 2.5},
            r"`t2_seconds` must be at most 2 T1 = 2 s, but is 2\.5 s",
        ),
        ({"t1_seconds": (9.0, 1.0), "t2_seconds": 2.5}, "`t2_seconds` must be at most 2 T1 = 2 s"),
    ],
)
def test_bad_numbers(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(EbitError, match=words) as caught:
        Noise(**wrong)
    assert len(str(caught.value).splitlines()) == 1


def test_a_model_wants_a_noise() -> None:
    with pytest.raises(EbitError, match=r"^Argument `noise` must be an ebit\.Noise or None"):
        DistributedQCNN(noise=0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("resource", "qubits", "most"),
    [(BellPairs(1), 9, 8), (ClassicalBits(), 5, 4), (QuantumLink(), 5, 4)],
)
def test_too_many_qubits(resource: Any, qubits: int, most: int) -> None:
    noise = Noise(flip_one=0.1)
    assert select_engine(resource, most, 0, noise=noise)
    with pytest.raises(EbitError, match=f"`qubits` must be at most {most} with noise"):
        DistributedQCNN(qubits=qubits, resource=resource, noise=noise)


def test_lists_of_another_length_than_there_are_qpus_or_edges() -> None:
    noise = Noise(flip_zero=(0.1, 0.2, 0.3), storage_seconds=(1.0, 2.0))
    assert [qpu.flip_zero for qpu in noise.for_qpus(3)] == [0.1, 0.2, 0.3]
    assert noise.seconds_of("storage_seconds", 2) == (1.0, 2.0)
    with pytest.raises(EbitError, match="one number or one for each of the 2 QPUs"):
        _ = noise.qpus
    with pytest.raises(EbitError, match="one for each of the 3 shared states"):
        noise.seconds_of("storage_seconds", 3)
