"""Every name of `ebit`, from the module where it lives."""

from typing import TYPE_CHECKING

from ebit.capacity import (
    CapacityRow,
    CapacitySettings,
    EffectiveDimension,
    FisherSpectrum,
    capacity_row,
    effective_dimension,
    fisher_information,
    fisher_spectrum,
)
from ebit.circuits import QPU, Qubit, SharedState, Wiring
from ebit.cluster import Certificates, SweepResult, run_sweep
from ebit.errors import EbitError, TrainingDivergedError, UnsupportedError
from ebit.export import (
    from_pennylane,
    from_qasm3,
    from_qiskit,
    role_programs,
    to_pennylane,
    to_qasm3,
    to_qiskit,
)
from ebit.learning import Checkpoint, Fit, fit
from ebit.models import (
    CustomReadOut,
    DistributedDNN,
    DistributedQCNN,
    Model,
    SingleQCNN,
    model_from_string,
)
from ebit.physics import GHZState, ManyState, Noise
from ebit.planning import Plan, Site, open_site, plan
from ebit.resources import (
    BellPairs,
    ClassicalBits,
    Consumption,
    DesignedPairs,
    GHZStates,
    GivenState,
    Look,
    Mixture,
    OnEdges,
    PairState,
    QuantumLink,
    Resource,
    ResourceRow,
    Separable,
    SharedBits,
    SharedPairs,
    Usage,
    parse_resource,
)
from ebit.resources import Ledger as Ledger  # the name of Usage until 0.2
from ebit.results import (
    Store,
    StoredModel,
    SweepTask,
    Task,
    accuracy_with_shots,
    all_resources,
    compare,
    load_model,
    make_task,
    predict,
    read_sweep,
    summarize,
    train,
)
from ebit.shots import (
    ShotCost,
    estimate_expectation,
    gradient_circuits,
    parameter_shift_gradient,
    sample_outcomes,
    shot_cost,
)
from ebit.studies import StudyResult, reproduce

if TYPE_CHECKING:
    from ebit.estimators.classifier import DQMLClassifier as DQMLClassifier
    from ebit.estimators.regressor import DQMLRegressor as DQMLRegressor
else:

    def __getattr__(name: str) -> object:
        """The estimators, imported on first use: `import ebit` needs no scikit-learn."""
        if name == "DQMLClassifier":
            from ebit.estimators.classifier import DQMLClassifier

            return DQMLClassifier
        if name == "DQMLRegressor":
            from ebit.estimators.regressor import DQMLRegressor

            return DQMLRegressor
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "QPU",
    "BellPairs",
    "CapacityRow",
    "CapacitySettings",
    "Certificates",
    "Checkpoint",
    "ClassicalBits",
    "Consumption",
    "CustomReadOut",
    "DesignedPairs",
    "DistributedDNN",
    "DistributedQCNN",
    "EbitError",
    "EffectiveDimension",
    "FisherSpectrum",
    "Fit",
    "GHZState",
    "GHZStates",
    "GivenState",
    "Look",
    "ManyState",
    "Mixture",
    "Model",
    "Noise",
    "OnEdges",
    "PairState",
    "Plan",
    "QuantumLink",
    "Qubit",
    "Resource",
    "ResourceRow",
    "Separable",
    "SharedBits",
    "SharedPairs",
    "SharedState",
    "ShotCost",
    "SingleQCNN",
    "Site",
    "Store",
    "StoredModel",
    "StudyResult",
    "SweepResult",
    "SweepTask",
    "Task",
    "TrainingDivergedError",
    "UnsupportedError",
    "Usage",
    "Wiring",
    "accuracy_with_shots",
    "all_resources",
    "capacity_row",
    "compare",
    "effective_dimension",
    "estimate_expectation",
    "fisher_information",
    "fisher_spectrum",
    "fit",
    "from_pennylane",
    "from_qasm3",
    "from_qiskit",
    "gradient_circuits",
    "load_model",
    "make_task",
    "model_from_string",
    "open_site",
    "parameter_shift_gradient",
    "parse_resource",
    "plan",
    "predict",
    "read_sweep",
    "reproduce",
    "role_programs",
    "run_sweep",
    "sample_outcomes",
    "shot_cost",
    "summarize",
    "to_pennylane",
    "to_qasm3",
    "to_qiskit",
    "train",
]
