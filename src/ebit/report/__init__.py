"""Self-contained HTML pages, made from rows: a comparison of resources, a plan for a network.

Needs the extra ``ebit[report]``.
"""

from ebit.report.page import write_report
from ebit.report.plan import PlanPage, write_plan

__all__ = ["PlanPage", "write_plan", "write_report"]
