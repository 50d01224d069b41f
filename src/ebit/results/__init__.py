"""Tasks, the rows they produce, and the store that keeps them."""

from ebit.accuracies import accuracy_column
from ebit.learning import TrainingSettings
from ebit.models import ModelSettings
from ebit.results.capacity import Capacity
from ebit.results.classifiers import NAMES as CLASSIFIER_NAMES
from ebit.results.classifiers import OtherClassifier, scikit_learn_version
from ebit.results.columns import COLUMNS, Column, columns_table, training_ledger
from ebit.results.compare import (
    all_resources,
    compare,
    compare_splits,
    depth_for,
    graph_resources,
)
from ebit.results.confusion import (
    confusion_matrix,
    explained_share,
    validation_confusion,
)
from ebit.results.cut import can_be_cut, cut_rows, label_overhead, shots_text
from ebit.results.estimate import Estimate, check_memory, estimate, matrix_product_rate
from ebit.results.experiment import Experiment, run_experiment
from ebit.results.export import Exported, export_model
from ebit.results.model_file import StoredModel, load_model, save_model
from ebit.results.predict import predict
from ebit.results.provenance import Provenance, provenance
from ebit.results.rows import completed, rows_of, summarize
from ebit.results.run import Training
from ebit.results.shots import (
    accuracy_by_shots,
    accuracy_with_shots,
    expected_accuracies,
    shots_needed,
)
from ebit.results.splits import SMALL, gains, load_splits, rows_of_all, with_gains
from ebit.results.store import Store
from ebit.results.sweep import SweepTask, batches, grid_points, read_sweep, sweep_tasks
from ebit.results.task import Task, TaskOptions, noise_of, read_noise
from ebit.results.train import default_qubits, make_task, model_settings, task_of, train

__all__ = [
    "CLASSIFIER_NAMES",
    "COLUMNS",
    "SMALL",
    "Capacity",
    "Column",
    "Estimate",
    "Experiment",
    "Exported",
    "ModelSettings",
    "OtherClassifier",
    "Provenance",
    "Store",
    "StoredModel",
    "SweepTask",
    "Task",
    "TaskOptions",
    "Training",
    "TrainingSettings",
    "accuracy_by_shots",
    "accuracy_column",
    "accuracy_with_shots",
    "all_resources",
    "batches",
    "can_be_cut",
    "check_memory",
    "columns_table",
    "compare",
    "compare_splits",
    "completed",
    "confusion_matrix",
    "cut_rows",
    "default_qubits",
    "depth_for",
    "estimate",
    "expected_accuracies",
    "explained_share",
    "export_model",
    "gains",
    "graph_resources",
    "grid_points",
    "label_overhead",
    "load_model",
    "load_splits",
    "make_task",
    "matrix_product_rate",
    "model_settings",
    "noise_of",
    "predict",
    "provenance",
    "read_noise",
    "read_sweep",
    "rows_of",
    "rows_of_all",
    "run_experiment",
    "save_model",
    "scikit_learn_version",
    "shots_needed",
    "shots_text",
    "summarize",
    "sweep_tasks",
    "task_of",
    "train",
    "training_ledger",
    "validation_confusion",
    "with_gains",
]
