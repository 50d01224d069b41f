"""Data sets: published generators and readers of user files."""

from ebit.data.check import check_features
from ebit.data.chsh import chsh
from ebit.data.clusters import clusters
from ebit.data.dataset import Dataset
from ebit.data.files import read_features
from ebit.data.games import chain_game, parity_game
from ebit.data.load import load
from ebit.data.scaling import Scaling, TargetScaling
from ebit.data.source import DataSource

__all__ = [
    "DataSource",
    "Dataset",
    "Scaling",
    "TargetScaling",
    "chain_game",
    "check_features",
    "chsh",
    "clusters",
    "load",
    "parity_game",
    "read_features",
]
