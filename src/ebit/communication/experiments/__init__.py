"""The experiments of the study, as one list: name -> what it asks and the function that runs it."""

from ebit.communication.experiments.table import EXPERIMENTS, Case, Communication

__all__ = ["EXPERIMENTS", "Case", "Communication"]
