"""The dense reference against hand-derived cases, projections, Kronecker products, differences."""

from itertools import product
from typing import Any

import numpy as np
import pytest

import dense_reference as dense
from dense_reference import Params, Real

Rng = np.random.Generator
RESOURCES = ["none", "bell:1", "bell:2", "classical", "classical+bell:1", "quantum", "single"]
CASES = [(qubits, resource) for qubits in (2, 3, 4) for resource in RESOURCES]
LAYOUTS = ["halves", "all-but-one"]
SIGNS = np.array([1.0, -1.0])


def random_params(
    rng: Rng,
    qubits: int,
    resource: str,
    depth: int = 2,
    mixing: int = 1,
    layout: str = "halves",
) -> Params:
    """Angles uniform in [0, 2 pi)."""
    lead = () if resource == "single" else (2,)
    sizes, measured = [qubits], [qubits - 1]
    if layout == "halves":
        while sizes[-1] > 2:
            sizes.append((sizes[-1] + 1) // 2)
        measured = [m // 2 for m in sizes]

    def angles(*shape: int) -> Real:
        return rng.uniform(0, 2 * np.pi, (*lead, *shape))

    return {
        "mixing": angles(mixing, qubits),
        "convolution": tuple(angles(depth, m) for m in sizes),
        "pooling": tuple(angles(h, 2, 2) for h in measured),
    }


def leaves(params: Params) -> list[Real]:
    """All arrays of a pytree, in a fixed order."""
    return [params["mixing"], *params["convolution"], *params["pooling"]]


@pytest.fixture
def rng() -> Rng:
    """One seed for every test."""
    return np.random.default_rng(7)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("qubits", "resource"), CASES)
def test_deferred_measurement_equals_projection(
    rng: Rng, qubits: int, resource: str, layout: str
) -> None:
    params = random_params(rng, qubits, resource, layout=layout)
    x = rng.normal(size=(2, 2 * qubits))
    deferred, projected = (
        function(params, x, qubits=qubits, resource=resource, layout=layout)
        for function in (dense.probabilities, dense.probabilities_by_branches)
    )
    assert deferred.shape == ((2, 2) if resource == "single" else (2, 2, 2))
    np.testing.assert_allclose(deferred.reshape(2, -1).sum(1), 1, atol=1e-12)
    np.testing.assert_allclose(projected, deferred, atol=1e-12)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("qubits", "resource"), [*CASES, (5, "single"), (8, "single")])
def test_order_of_steps(rng: Rng, qubits: int, resource: str, layout: str) -> None:
    """Measured qubits are never touched again; every angle is used; layers come in order."""
    params = dense.with_qpu_axis(random_params(rng, qubits, resource, layout=layout), resource)
    circuit = dense.build(params, rng.normal(size=(1, 2 * qubits)), qubits, resource, layout)
    measured: set[int] = set()
    paths = []
    for step in circuit.steps:
        if isinstance(step, dense.Measurement):
            assert step.qubit not in measured
            measured.add(step.qubit)
        else:
            assert measured.isdisjoint(step.qubits)
            assert step.condition is None or step.condition[0] in measured
            paths += [step.path] if step.path else []
    assert measured == set(range(circuit.qubits))
    assert len(set(paths)) == sum(leaf.size for leaf in leaves(params))
    stages = [(path[1], path[2][1]) for path in paths if path[0] == "convolution"]
    assert stages == sorted(stages)


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("qubits", "resource", "layout"),
    [*((*case, "halves") for case in CASES), *((3, name, "all-but-one") for name in RESOURCES)],
)
def test_gradient_equals_finite_differences(
    rng: Rng, qubits: int, resource: str, layout: str
) -> None:
    params = random_params(rng, qubits, resource, 2 if qubits == 2 else 1, layout=layout)
    x = rng.normal(size=(2, 2 * qubits))
    cotangent = rng.normal(size=(2, 2) if resource == "single" else (2, 2, 2))
    found = dense.gradient(params, x, cotangent, qubits=qubits, resource=resource, layout=layout)
    assert found.keys() == params.keys()
    step = 1e-5
    for angles, derivative in zip(leaves(params), leaves(found), strict=True):
        expected = np.zeros_like(angles)
        for index in np.ndindex(angles.shape):
            kept = angles[index]
            for sign in SIGNS:
                angles[index] = kept + sign * step
                p = dense.probabilities(params, x, qubits=qubits, resource=resource, layout=layout)
                expected[index] += sign * np.sum(cotangent * p) / (2 * step)
            angles[index] = kept
        np.testing.assert_allclose(derivative, expected, atol=1e-7)
        assert np.any(np.abs(expected) > 1e-4)


def test_depth_twenty_and_no_mixing(rng: Rng) -> None:
    params = random_params(rng, 4, "classical+bell:2", depth=20, mixing=0)
    x = rng.normal(size=(4, 8))
    p = dense.probabilities(params, x, qubits=4, resource="classical+bell:2")
    found = dense.gradient(params, x, p, qubits=4, resource="classical+bell:2")
    assert [leaf.shape for leaf in leaves(found)] == [leaf.shape for leaf in leaves(params)]
    # sum(p) is constant, so a constant cotangent must give a gradient of zero
    zero = dense.gradient(params, x, np.ones_like(p), qubits=4, resource="classical+bell:2")
    assert max(np.abs(leaf).max(initial=0) for leaf in leaves(zero)) < 1e-12
    assert max(np.abs(leaf).max(initial=0) for leaf in leaves(found)) > 1e-3


# ------------------------------------------------------------------------------- properties


@pytest.mark.parametrize("qubits", [2, 3, 4])
@pytest.mark.parametrize("resource", ["none", "bell:0"])
def test_without_pairs_the_joint_is_the_product(rng: Rng, qubits: int, resource: str) -> None:
    params = random_params(rng, qubits, resource)
    x = rng.normal(size=(3, 2 * qubits))
    p = dense.probabilities(params, x, qubits=qubits, resource=resource)
    np.testing.assert_allclose(p, p.sum(2)[:, :, None] * p.sum(1)[:, None, :], atol=1e-12)


@pytest.mark.parametrize("qubits", [2, 3, 4])
def test_all_qubits_paired_gives_uniform_marginals(rng: Rng, qubits: int) -> None:
    params = random_params(rng, qubits, "bell", mixing=0)
    x = rng.normal(size=(3, 2 * qubits))
    p = dense.probabilities(params, x, qubits=qubits, resource=f"bell:{qubits}")
    np.testing.assert_allclose([p.sum(1), p.sum(2)], 0.5, atol=1e-12)
    assert np.abs(p - 0.25).max() > 1e-3


@pytest.mark.parametrize(("qubits", "resource"), [case for case in CASES if case[1] != "single"])
def test_signalling(rng: Rng, qubits: int, resource: str) -> None:
    # at depth 2 and n = 2 with a pair the marginal of A happens not to depend on t
    params = random_params(rng, qubits, resource, depth=3)
    x = rng.normal(size=(3, 2 * qubits))
    x[1:, :qubits] = x[0, :qubits]
    marginal = dense.probabilities(params, x, qubits=qubits, resource=resource).sum(2)
    change = np.abs(marginal - marginal[0]).max()
    assert change < 1e-12 if resource.startswith(("none", "bell")) else change > 1e-3


# -------------------------------------------------- blocks built from Kronecker products


def test_four_qubit_blocks_equal_their_matrices(rng: Rng) -> None:
    wires = [dense.Wire(qubit, 0, qubit) for qubit in range(4)]
    z = 1 - 2 * np.indices((2,) * 4).reshape(4, 16)
    hadamards = (-1.0) ** ((1 - z.T) // 2 @ ((1 - z) // 2)) / 4

    x = rng.normal(size=(3, 4))
    start = rng.normal(size=(3, 16)) + 1j * rng.normal(size=(3, 16))
    found = dense.evolve(dense.embedding(x, wires), start.reshape(3, 2, 2, 2, 2))
    after = np.roll(x, -1, axis=1)
    exponent = x @ z + (np.pi - x) * (np.pi - after) / 2 @ (z * np.roll(z, -1, axis=0))
    expected = np.exp(-0.5j * exponent) * (start @ hadamards.T)
    np.testing.assert_allclose(found.reshape(3, 16), expected, atol=1e-12)

    angles = rng.uniform(0, 2 * np.pi, (1, 1, 4))
    paths = [("mixing", (0, 0, i)) for i in range(4)]
    steps = dense.layer({"mixing": angles}, paths, wires)
    found = dense.evolve(steps, start.reshape(3, 2, 2, 2, 2))
    down = z < 0
    c, d = np.cos(angles.ravel() / 2), -1j * np.sin(angles.ravel() / 2)
    flips = [np.array([[c[i], d[i]], [d[i], c[i]]]) for i in range(4)]
    rotations = np.kron(np.kron(flips[0], flips[1]), np.kron(flips[2], flips[3]))
    state = start.T
    for bonds in ([(0, 1), (2, 3)], [(1, 2), (3, 0)]):
        sign = np.prod([np.where(down[i] & down[j], -1, 1) for i, j in bonds], axis=0)
        state = rotations @ (sign[:, None] * (hadamards @ state))
    np.testing.assert_allclose(found.reshape(3, 16), state.T, atol=1e-12)


# ------------------------------------------------------ cases derived on the Bloch sphere
#
# Without convolution an unmeasured qubit i is RZ(alpha)|+>, where alpha adds up x_i, the RZZ angles
# with the signs of the neighbours' outcomes, and phi. RX(chi) leaves it at
# (cos(alpha), sin(alpha) cos(chi), sin(alpha) sin(chi)).


def bare(rng: Rng) -> tuple[Params, Real, Real, Real]:
    """Two-qubit QPUs of depth 0: parameters, phi and chi [qpu, outcome], four inputs."""
    params = random_params(rng, 2, "none", depth=0, mixing=0)
    pool = params["pooling"][0][:, 0]
    return params, pool[..., 0], pool[..., 1], rng.normal(size=(4, 4))


def joint(e_a: Real, e_b: Real, e_ab: Real) -> Real:
    """P(a, b) from the expectations of Z_A, Z_B and Z_A Z_B."""
    a, b = SIGNS[:, None], SIGNS
    mean_a, mean_b, both = (np.asarray(e)[:, None, None] for e in (e_a, e_b, e_ab))
    return np.asarray((1 + a * mean_a + b * mean_b + a * b * both) / 4, dtype=np.float64)


def bare_qpu(x: Real, pool: list[Real], own: Any, got: Any) -> tuple[Real, Real]:
    """P(outcome of qubit 1) and <Z> of qubit 3, given the other outcomes.

    A four-qubit QPU whose qubits 0, 1, 2 give `own`; the rotations are selected by `got`.
    """
    far = np.pi - x
    bond = far * np.roll(far, -1, axis=1) / 2
    sign = SIGNS[list(own)]
    (phi_1, chi_1), (phi_3, chi_3) = pool[0][0, got[0]], pool[0][1, got[2]]
    phi, chi = pool[1][0, got[1]]
    alpha_1 = x[:, 1] + sign[0] * bond[:, 0] + sign[2] * bond[:, 1] + phi_1
    alpha_3 = x[:, 3] + sign[2] * bond[:, 2] + sign[0] * bond[:, 3] + phi_3
    y = np.sin(alpha_3) * np.cos(chi_3) * np.cos(phi) + np.cos(alpha_3) * np.sin(phi)
    z = np.sin(alpha_3) * np.sin(chi_3) * np.cos(chi) + y * np.sin(chi)
    return (1 + sign[1] * np.sin(alpha_1) * np.sin(chi_1)) / 2, z


@pytest.mark.parametrize("resource", ["none", "bell:1", "classical", "classical+bell:1"])
def test_bare_local_processors(rng: Rng, resource: str) -> None:
    """Outcomes of qubits 0 and 2 are fair coins; a pair makes those of the two qubits 0 equal."""
    params = random_params(rng, 4, resource, depth=0, mixing=0)
    pools = [[stage[q] for stage in params["pooling"]] for q in (0, 1)]
    x = rng.normal(size=(4, 8))
    expected = np.zeros((4, 2, 2))
    for a, b in product(product((0, 1), repeat=3), repeat=2):
        coins = (a[0] == b[0]) / 8 if "bell" in resource else 1 / 16
        to_a, to_b = (b, a) if "classical" in resource else (a, b)
        weight_a, z_a = bare_qpu(x[:, :4], pools[0], a, to_a)
        weight_b, z_b = bare_qpu(x[:, 4:], pools[1], b, to_b)
        expected += (coins * weight_a * weight_b)[:, None, None] * joint(z_a, z_b, z_a * z_b)
    found = dense.probabilities(params, x, qubits=4, resource=resource)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def bare_odd_qpu(x: Real, pool: list[Real], own: Any, got: Any) -> tuple[Real, Real]:
    """The same for a three-qubit QPU with x_1 = pi, whose qubits 0 and 1 give `own`.

    Without bonds to qubit 1 the first round turns qubit 1 alone; qubit 2 has no partner in it and
    is turned in the second.
    """
    far = np.pi - x
    (phi_1, chi_1), (phi_2, chi_2) = pool[0][0, got[0]], pool[1][0, got[1]]
    mean_1 = np.sin(np.pi + phi_1) * np.sin(chi_1)
    alpha_2 = x[:, 2] + SIGNS[own[0]] * far[:, 2] * far[:, 0] / 2 + phi_2
    return (1 + SIGNS[own[1]] * mean_1) / 2, np.sin(alpha_2) * np.sin(chi_2)


@pytest.mark.parametrize("resource", ["none", "bell:1", "classical", "classical+bell:1"])
def test_bare_processors_with_an_unpaired_qubit(rng: Rng, resource: str) -> None:
    params = random_params(rng, 3, resource, depth=0, mixing=0)
    pools = [[stage[q] for stage in params["pooling"]] for q in (0, 1)]
    x = rng.normal(size=(4, 6))
    x[:, [1, 4]] = np.pi
    expected = np.zeros((4, 2, 2))
    for a, b in product(product((0, 1), repeat=2), repeat=2):
        coins = (a[0] == b[0]) / 2 if "bell" in resource else 1 / 4
        to_a, to_b = (b, a) if "classical" in resource else (a, b)
        weight_a, z_a = bare_odd_qpu(x[:, :3], pools[0], a, to_a)
        weight_b, z_b = bare_odd_qpu(x[:, 3:], pools[1], b, to_b)
        expected += (coins * weight_a * weight_b) * joint(z_a, z_b, z_a * z_b)
    found = dense.probabilities(params, x, qubits=3, resource=resource)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def bare_round(x: Real, pool: Real, own: Any, got: Any) -> Real:
    """<Z> of qubit 2 of a three-qubit QPU after one round, given the other outcomes.

    Qubits 0 and 1 give `own`; the rotations are selected by `got`, that of qubit 0 acts first.
    """
    far = np.pi - x
    bond = far * np.roll(far, -1, axis=1) / 2
    (phi_0, chi_0), (phi_1, chi_1) = pool[0, got[0]], pool[1, got[1]]
    sign = SIGNS[list(own)]
    alpha = x[:, 2] + sign[1] * bond[:, 1] + sign[0] * bond[:, 2] + phi_0
    y = np.sin(alpha) * np.cos(chi_0) * np.cos(phi_1) + np.cos(alpha) * np.sin(phi_1)
    return np.asarray(np.sin(alpha) * np.sin(chi_0) * np.cos(chi_1) + y * np.sin(chi_1))


@pytest.mark.parametrize("resource", ["none", "bell:1", "classical", "classical+bell:1"])
def test_bare_processors_with_one_round(rng: Rng, resource: str) -> None:
    """Outcomes of qubits 0 and 1 are fair coins; a pair makes those of the two qubits 0 equal."""
    params = random_params(rng, 3, resource, depth=0, mixing=0, layout="all-but-one")
    (pools,) = params["pooling"]
    x = rng.normal(size=(4, 6))
    expected = np.zeros((4, 2, 2))
    for a, b in product(product((0, 1), repeat=2), repeat=2):
        coins = (a[0] == b[0]) / 8 if "bell" in resource else 1 / 16
        to_a, to_b = (b, a) if "classical" in resource else (a, b)
        z_a, z_b = bare_round(x[:, :3], pools[0], a, to_a), bare_round(x[:, 3:], pools[1], b, to_b)
        expected += coins * joint(z_a, z_b, z_a * z_b)
    found = dense.probabilities(params, x, qubits=3, resource=resource, layout="all-but-one")
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_odd_layer_closes_its_ring_in_the_first_half(rng: Rng) -> None:
    wires = [dense.Wire(qubit, 0, qubit) for qubit in range(5)]
    paths = [("mixing", (0, 0, i)) for i in range(5)]
    steps = dense.layer({"mixing": rng.normal(size=(1, 1, 5))}, paths, wires)
    halves = [steps[:13], steps[13:]]
    bonds = [[gate.qubits for gate in half if len(gate.qubits) == 2] for half in halves]
    assert bonds == [[(0, 1), (2, 3), (4, 0)], [(1, 2), (3, 4)]]


def test_bare_processors_with_two_pairs(rng: Rng) -> None:
    """Z angles add up on a pair: <ZZ> = 1, <YY> = -cos(sum), and RX measures cos Z + sin Y."""
    params, phi, chi, x = bare(rng)
    far = np.pi - x
    bonds = (far[:, 0] * far[:, 1] + far[:, 2] * far[:, 3]) / 2
    both = np.zeros(4)
    for o in (0, 1):
        total = x[:, 1] + x[:, 3] + SIGNS[o] * bonds + phi[:, o].sum()
        both += np.cos(chi[:, o]).prod() / 2 - np.sin(chi[:, o]).prod() * np.cos(total) / 2
    found = dense.probabilities(params, x, qubits=2, resource="bell:2")
    np.testing.assert_allclose(found, joint(np.zeros(4), np.zeros(4), both), atol=1e-12)


def test_bare_quantum_link(rng: Rng) -> None:
    """The ring over four qubits couples qubits 1 and 3 to both measured qubits, 0 and 2."""
    params, phi, chi, x = bare(rng)
    far = np.pi - x
    ring = far * np.roll(far, -1, axis=1) / 2
    expected = np.zeros((4, 2, 2))
    for o_a in (0, 1):
        for o_b in (0, 1):
            alpha_a = x[:, 1] + SIGNS[o_a] * ring[:, 0] + SIGNS[o_b] * ring[:, 1] + phi[0, o_a]
            alpha_b = x[:, 3] + SIGNS[o_b] * ring[:, 2] + SIGNS[o_a] * ring[:, 3] + phi[1, o_b]
            e_a = np.sin(chi[0, o_a]) * np.sin(alpha_a)
            e_b = np.sin(chi[1, o_b]) * np.sin(alpha_b)
            expected += joint(e_a, e_b, e_a * e_b) / 4
    found = dense.probabilities(params, x, qubits=2, resource="quantum")
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_bare_single_processor(rng: Rng) -> None:
    """With s_0 = pi the first embedding leaves |1> and (0, -sin s_1, cos s_1) to the second."""
    params = random_params(rng, 2, "single", depth=0, mixing=0)
    phi, chi = params["pooling"][0][0, 1]
    x = rng.normal(size=(4, 4))
    x[:, 0] = np.pi
    s_1, t_0, t_1 = x[:, 1:].T
    # H RZ(s_1) H|0> = RX(s_1)|0>; the second embedding's Hadamards turn qubit 0 into |1>
    alpha = t_1 - (np.pi - t_0) * (np.pi - t_1) / 2 + phi
    mean = np.cos(s_1) * np.cos(chi) - np.sin(s_1) * np.cos(alpha) * np.sin(chi)
    found = dense.probabilities(params, x, qubits=2, resource="single")
    np.testing.assert_allclose(found, (1 + SIGNS * mean[:, None]) / 2, atol=1e-12)


def test_one_convolution(rng: Rng) -> None:
    """At x = (pi, pi) convolution meets |-->: its qubits become RX(theta_i)|1>."""
    params = random_params(rng, 2, "none", depth=1, mixing=0)
    theta = params["convolution"][0][0, 0]
    phi, chi = params["pooling"][0][0, 0].T
    outcome = (1 - SIGNS * np.cos(theta[0])) / 2
    mean = -np.cos(theta[1]) * np.cos(chi) + np.sin(theta[1]) * np.cos(phi) * np.sin(chi)
    x = np.full((1, 4), np.pi)
    found = dense.probabilities(params, x, qubits=2, resource="none").sum(2)[0]
    np.testing.assert_allclose(found, (1 + SIGNS * (outcome @ mean)) / 2, atol=1e-12)

    cotangent = np.broadcast_to(SIGNS[:, None], (1, 2, 2))  # of <Z_A>
    slopes = dense.gradient(params, x, cotangent, qubits=2, resource="none")
    tilt = np.sin(theta[1]) * np.cos(chi) + np.cos(theta[1]) * np.cos(phi) * np.sin(chi)
    expected = [np.sin(theta[0]) * (mean[0] - mean[1]) / 2, outcome @ tilt]
    np.testing.assert_allclose(slopes["convolution"][0][0, 0], expected, atol=1e-12)
    np.testing.assert_allclose(slopes["convolution"][0][1], 0, atol=1e-12)


def test_one_mixing_layer(rng: Rng) -> None:
    """Mixing makes CZ|++> up to RX; the embedding's H turns RX(theta_1) into RZ(theta_1)."""
    params = random_params(rng, 2, "none", depth=0, mixing=1)
    theta = params["mixing"][0, 0, 1]
    phi, chi = params["pooling"][0][0, 0].T
    x = np.full((1, 4), np.pi)
    # H H CZ|++> = CZ|++>: outcome o leaves Z^o|+>, and the embedding adds Z
    alpha = theta + np.pi + np.array([0, np.pi]) + phi
    mean = np.sin(chi) @ np.sin(alpha) / 2
    found = dense.probabilities(params, x, qubits=2, resource="none").sum(2)[0]
    np.testing.assert_allclose(found, (1 + SIGNS * mean) / 2, atol=1e-12)
