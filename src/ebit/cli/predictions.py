"""What trained models say about the validation rows, for the report of a comparison."""

from collections.abc import Sequence

from ebit.data import Dataset
from ebit.data.dataset import labels_of_classes
from ebit.models import labels_of
from ebit.report import Predictions
from ebit.results import Store, Task, load_model


def predictions_of(
    dataset: Dataset, tasks: Sequence[Task], store: Store, resources: Sequence[str]
) -> list[Predictions]:
    """Predictions of the best run of some resources, of those whose model is kept."""
    found = []
    for task in tasks:
        path = store.model_path(task.hash)
        if task.model.resource in resources and path.is_file():
            stored = load_model(path)
            run, resource = stored.best_run, task.model.resource
            scores = stored.scores(dataset.x_validation, run)
            if dataset.is_numeric:
                true = dataset.target_scaling.invert(dataset.y_validation).tolist()
                guesses = dataset.target_scaling.invert(scores[:, 0]).tolist()
                found.append(Predictions(resource, run, true, guesses))
            else:
                names = dict(
                    zip(
                        labels_of_classes(len(dataset.class_names)).tolist(),
                        dataset.class_names,
                        strict=True,
                    )
                )
                true = [names[label] for label in dataset.y_validation.tolist()]
                guesses = [names[float(label)] for label in labels_of(scores)]
                found.append(Predictions(resource, run, true, guesses, dataset.class_names))
    return found
