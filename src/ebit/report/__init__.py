"""Self-contained HTML pages, made from rows: a comparison of resources, a plan for a network.

Needs the extra ``ebit[report]``.
"""

from ebit.report.advice import Advice, advise
from ebit.report.communication_page import Part, write_communication
from ebit.report.compare_page import write_report
from ebit.report.headline import headline
from ebit.report.plan_page import PlanPage, write_plan
from ebit.report.predictions import Predictions

__all__ = [
    "Advice",
    "Part",
    "PlanPage",
    "Predictions",
    "advise",
    "headline",
    "write_communication",
    "write_plan",
    "write_report",
]
