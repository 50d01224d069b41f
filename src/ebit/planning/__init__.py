"""The planner: which resource is worth having on a given network."""

from ebit.physics import depolarising_probability
from ebit.planning.condition import Condition, condition
from ebit.planning.crossing import Crossing, Stretch, crossing, crossing_place
from ebit.planning.errors import local_noise
from ebit.planning.evaluate import Readouts, read_out
from ebit.planning.feasibility import label_seconds, obstacles
from ebit.planning.layouts import MOST_PLANNED, Layout, layouts
from ebit.planning.many import ManyCondition, many_condition, plan_many, task_on_links
from ebit.planning.many_sweeps import ManyPlan, plan_links
from ebit.planning.noisy_training import BATCH, SHARE, NoisyTraining, task_under
from ebit.planning.pareto import pareto_front
from ebit.planning.planner import PURIFICATION, SHOTS, Plan, check_plan, plan
from ebit.planning.recommend import Recommendation, circuit_words, describe, recommend
from ebit.planning.site import Site, open_site
from ebit.planning.sweeps import DISTANCES, FIDELITIES, best_trained, crossings
from ebit.planning.timing import GateTimes, circuit_seconds
from ebit.planning.trained import EVALUATED_ROWS, Trained, circuit_of, trained_circuit
from ebit.planning.waiting import task_on, waiting_seconds

__all__ = [
    "BATCH",
    "DISTANCES",
    "EVALUATED_ROWS",
    "FIDELITIES",
    "MOST_PLANNED",
    "PURIFICATION",
    "SHARE",
    "SHOTS",
    "Condition",
    "Crossing",
    "GateTimes",
    "Layout",
    "ManyCondition",
    "ManyPlan",
    "NoisyTraining",
    "Plan",
    "Readouts",
    "Recommendation",
    "Site",
    "Stretch",
    "Trained",
    "best_trained",
    "check_plan",
    "circuit_of",
    "circuit_seconds",
    "circuit_words",
    "condition",
    "crossing",
    "crossing_place",
    "crossings",
    "depolarising_probability",
    "describe",
    "label_seconds",
    "layouts",
    "local_noise",
    "many_condition",
    "obstacles",
    "open_site",
    "pareto_front",
    "plan",
    "plan_links",
    "plan_many",
    "read_out",
    "recommend",
    "task_on",
    "task_on_links",
    "task_under",
    "trained_circuit",
    "waiting_seconds",
]
