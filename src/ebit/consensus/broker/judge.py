"""CEAS as a policy of the benchmark qnetbench, which compares policies on one contended link."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ebit.physics import cutoff_age, werner_parameter


@dataclass(frozen=True)
class ContentionPolicy:
    """The rank of the broker where a pair comes in every slot and every job takes one.

    A request is worth nothing once its deadline is over or its pair would be too old; it is served
    last. Of the others, all worth the same price, the one comes first whose last chance is nearest.

    Args:
        link_fidelity: Fidelity of a new pair.
        coherence_time: Time constant of a stored pair, in seconds.
        name: Name in tables.

    Example:
        >>> ContentionPolicy(0.99, 0.25).order([], now=0.0)
        []
    """

    link_fidelity: float = 0.99
    coherence_time: float = 0.25
    name: str = "ceas"

    def order(self, pending: Sequence[Any], now: float) -> list[int]:
        """Numbers of the requests, first the one to serve.

        Args:
            pending: Requests with `req_id`, `request_time`, `demand.min_fidelity` and
                `effective_deadline()`.
            now: Time in seconds.

        Returns:
            Their `req_id`.
        """
        return [request.req_id for request in sorted(pending, key=lambda r: self._key(r, now))]

    def _key(self, request: Any, now: float) -> tuple[bool, float, int]:
        last = min(request.effective_deadline(), request.request_time + self._longest(request))
        return last < now, last, request.req_id

    def _longest(self, request: Any) -> float:
        """Longest wait after which a pair is good enough for a request."""
        fresh = werner_parameter(self.link_fidelity)
        least = max(float(werner_parameter(request.demand.min_fidelity)), 1e-12)
        return float(cutoff_age(fresh, least, self.coherence_time))
