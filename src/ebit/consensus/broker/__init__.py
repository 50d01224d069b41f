"""Bell pairs as perishable goods: who gets a station in which slot, and what that comes to."""

from ebit.consensus.broker.broker import Broker
from ebit.consensus.broker.judge import ContentionPolicy
from ebit.consensus.broker.links import Jobs, Links
from ebit.consensus.broker.play import Played, play_round
from ebit.consensus.broker.policies import POLICIES, Policy
from ebit.consensus.broker.regimes import REGIMES, Regime
from ebit.consensus.broker.schedule import SCHEDULE, Schedule, schedule_tasks
from ebit.consensus.broker.settings import NetworkSettings, ScheduleSettings
from ebit.consensus.broker.tally import Tally

__all__ = [
    "POLICIES",
    "REGIMES",
    "SCHEDULE",
    "Broker",
    "ContentionPolicy",
    "Jobs",
    "Links",
    "NetworkSettings",
    "Played",
    "Policy",
    "Regime",
    "Schedule",
    "ScheduleSettings",
    "Tally",
    "play_round",
    "schedule_tasks",
]
