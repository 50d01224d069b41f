"""Draws the circuits that the pages show: run it in this folder."""

import ebit
from ebit.plots import paper_style

MODELS = {
    "circuit": ebit.DistributedQCNN(mixing=1, resource=ebit.BellPairs(2)),
    "circuit-none": ebit.DistributedQCNN(qubits=2),
    "circuit-bell": ebit.DistributedQCNN(qubits=2, resource=ebit.BellPairs(1)),
    "circuit-classical": ebit.DistributedQCNN(qubits=2, resource=ebit.ClassicalBits()),
    "circuit-quantum": ebit.DistributedQCNN(qubits=2, resource=ebit.QuantumLink()),
    "circuit-classical-4": ebit.DistributedQCNN(resource=ebit.ClassicalBits()),
    "circuit-all-but-one": ebit.DistributedQCNN(pooling="all-but-one"),
    "circuit-single": ebit.SingleQCNN(qubits=2),
}

if __name__ == "__main__":
    for name, model in MODELS.items():
        with paper_style():
            model.draw("matplotlib").savefig(f"{name}.svg", metadata={"Date": None})
