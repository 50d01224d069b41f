"""Training of one model by many noisy nodes, some of which lie."""

from ebit.consensus.training.arms import ARMS, CORNERS, MAIN, Arm
from ebit.consensus.training.dqnn import Dqnn
from ebit.consensus.training.experiment import CONSENSUS, Consensus, consensus_tasks
from ebit.consensus.training.learners import Learner, deal, learner_of, samples_of
from ebit.consensus.training.loop import Training
from ebit.consensus.training.settings import ConsensusSettings
from ebit.consensus.training.transport import Transport, deliver

__all__ = [
    "ARMS",
    "CONSENSUS",
    "CORNERS",
    "MAIN",
    "Arm",
    "Consensus",
    "ConsensusSettings",
    "Dqnn",
    "Learner",
    "Training",
    "Transport",
    "consensus_tasks",
    "deal",
    "deliver",
    "learner_of",
    "samples_of",
]
