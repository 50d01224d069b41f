"""Published papers to reproduce: tasks, published numbers, verdicts."""

from ebit.studies.counted import COUNTED, CountedResult, reproduce_counted
from ebit.studies.run import ItemResult, StudyResult, reproduce, run_plan
from ebit.studies.scope import Plan, plan_study
from ebit.studies.study import STUDIES, Item, Study, read_study

__all__ = [
    "COUNTED",
    "STUDIES",
    "CountedResult",
    "Item",
    "ItemResult",
    "Plan",
    "Study",
    "StudyResult",
    "plan_study",
    "read_study",
    "reproduce",
    "reproduce_counted",
    "run_plan",
]
