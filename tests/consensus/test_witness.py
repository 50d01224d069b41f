"""Witnesses, Fisher information and weights against density matrices and SciPy."""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import solve_continuous_lyapunov

from ebit.consensus.fisher import classical_fisher, mixed_qfi, pure_qfi
from ebit.consensus.training import Dqnn
from ebit.consensus.witness import (
    WEIGHTS,
    capped,
    mirror_probability,
    pair_witness,
    qfi_share,
    worth_from_mirror,
)
from ebit.errors import EbitError
from ebit.physics import PairState

NETWORK = Dqnn(qubits=2, layers=1)


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """State, derivatives and pure QFI of a small network at a random point."""
    with jax.enable_x64(True):
        random = np.random.default_rng(0)
        theta, x = jnp.asarray(random.normal(size=8)), jnp.asarray(random.normal(size=4))

        def state(t: jax.Array) -> jax.Array:
            return NETWORK.state(t, x)

        def outcomes(t: jax.Array) -> jax.Array:
            return jnp.abs(state(t)) ** 2

        return {
            "psi": np.asarray(jax.jit(state)(theta)),
            "moved": np.asarray(jax.jit(jax.jacfwd(state))(theta)),
            "qfi": np.asarray(jax.jit(lambda t: pure_qfi(state, t))(theta)),
            "classical": np.asarray(jax.jit(lambda t: classical_fisher(outcomes, t))(theta)),
        }


def noisy(measured: dict[str, Any], w: float) -> tuple[Any, Any]:
    """Density matrix with white noise, and its derivatives."""
    psi, moved = measured["psi"], measured["moved"]
    d = len(psi)
    rho = w * np.outer(psi, psi.conj()) + (1 - w) * np.eye(d) / d
    parts = [w * (np.outer(m, psi.conj()) + np.outer(psi, m.conj())) for m in moved.T]
    return rho, np.stack(parts)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("w", [0.1, 0.5, 0.9])
def test_qfi_with_white_noise_is_the_pure_one_times_the_share(
    measured: dict[str, Any], w: float
) -> None:
    rho, moved = noisy(measured, w)
    found = mixed_qfi(jnp.asarray(rho), jnp.asarray(moved))
    np.testing.assert_allclose(found, qfi_share(w, 4) * measured["qfi"], atol=1e-10)


def test_mixed_qfi_is_that_of_the_lyapunov_equation() -> None:
    """rho L + L rho = 2 d rho, solved by SciPy."""
    random = np.random.default_rng(1)
    a = random.normal(size=(3, 3)) + 1j * random.normal(size=(3, 3))
    rho = a @ a.conj().T
    rho /= np.trace(rho).real
    moved = random.normal(size=(2, 3, 3)) + 1j * random.normal(size=(2, 3, 3))
    moved = moved + moved.conj().transpose(0, 2, 1)
    logs = [solve_continuous_lyapunov(rho, 2 * m) for m in moved]
    expected = [[np.trace(rho @ (a @ b + b @ a)).real / 2 for b in logs] for a in logs]
    found = mixed_qfi(jnp.asarray(rho), jnp.asarray(moved))
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_classical_information_is_no_more_than_quantum(measured: dict[str, Any]) -> None:
    assert np.linalg.eigvalsh(measured["qfi"] - measured["classical"]).min() > -1e-10
    assert np.trace(measured["classical"]) > 0


def test_the_pair_witness_reads_a_density_matrix() -> None:
    rho = PairState.werner(0.8).density_matrix
    x, y = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]])
    z = np.diag([1, -1])
    means = [np.trace(rho @ np.kron(p, p)).real for p in (x, y, z)]
    assert pair_witness(*means) == pytest.approx((4 * 0.8 - 1) / 3)


def test_mirror_circuits_of_a_noisy_node() -> None:
    """U then its inverse, both with white noise, lead back with the probability of the formula."""
    w, d = 0.7, 4
    random = np.random.default_rng(2)
    u = np.linalg.qr(random.normal(size=(d, d)) + 1j * random.normal(size=(d, d)))[0]
    rho = np.zeros((d, d), complex)
    rho[0, 0] = 1
    for gate in (u, u.conj().T):
        rho = w * gate @ rho @ gate.conj().T + (1 - w) * np.eye(d) / d
    assert mirror_probability(w, d) == pytest.approx(rho[0, 0].real)
    assert worth_from_mirror(rho[0, 0].real, d) == pytest.approx(w)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(1, 3))
def test_capped_weights(weights: list[float], cap: float) -> None:
    p = capped(weights, cap)
    present = np.array(weights) > 0
    assert (p[~present] == 0).all()
    if present.any():
        assert p.sum() == pytest.approx(1)
        assert p.max() <= cap / present.sum() + 1e-9
        order = np.argsort(weights)
        assert (np.diff(p[order]) >= -1e-9).all()


def test_the_cap_is_the_nearest_point() -> None:
    from scipy.optimize import minimize

    raw = np.array([5.0, 2.0, 1.0, 0.5, 0.2])
    p = raw / raw.sum()
    best = minimize(
        lambda q: ((q - p) ** 2).sum(),
        np.full(5, 0.2),
        bounds=[(0, 0.3)] * 5,
        constraints={"type": "eq", "fun": lambda q: q.sum() - 1},
        tol=1e-12,
    )
    np.testing.assert_allclose(capped(raw, 1.5), best.x, atol=1e-5)
    with pytest.raises(EbitError, match="`cap`"):
        capped(raw, 0.5)


def test_weights_are_those_of_the_noise() -> None:
    w = np.array([0.3, 0.9])
    np.testing.assert_allclose(WEIGHTS["minvar"](w, 10, 16) * w, 10 * w**2)
    np.testing.assert_allclose(WEIGHTS["info"](w, 10, 16) * w, 10 * qfi_share(w, 16))
    np.testing.assert_allclose(WEIGHTS["uniform"](w, 10, 16), 1)
