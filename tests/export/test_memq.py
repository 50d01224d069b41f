"""What memq-dqc makes of the circuit of `quantum`."""

import json
from pathlib import Path

import numpy as np
import pytest

import ebit
from ebit.export import FORMATS, program_of
from random_circuits import circuit_model, random_data, random_parameters


@pytest.mark.slow
@pytest.mark.parametrize("depth", [1, 3])
def test_memq_counts_the_pairs_of_the_ledger(depth: int, tmp_path: Path) -> None:
    """Four per layer and two for the input; it finds by itself which qubits are on which QPU."""
    memq = pytest.importorskip("memq_dqc")
    generation = pytest.importorskip("memq_dqc.network.generation")
    model = circuit_model("quantum", 4, depth)
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=1)[0]
    program = program_of(model, parameters, x, deferred=True)
    (tmp_path / "circuit.qasm").write_bytes(FORMATS["memq"].write(program)["circuit.qasm"])
    network = generation.generate_network(2, 4, intra_qpu="all_to_all")
    (tmp_path / "network.json").write_text(json.dumps(network))
    compiler = memq.Compiler(str(tmp_path / "circuit.qasm"), str(tmp_path / "network.json"))
    compiler.compile()
    teleported = ebit.parse_resource("quantum").consumption(4, depth, 0, "halves", noisy=True)
    assert compiler.cost == 4 * depth + 2 == teleported.ebits
    assert {frozenset(own) for own in compiler.partitioner.schedule[0].values()} == {
        frozenset(range(4)), frozenset(range(4, 8)),
    }  # fmt: skip
