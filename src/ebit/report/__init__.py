"""One self-contained HTML page that compares the resources, made from result rows.

Needs the extra ``ebit[report]``.
"""

from ebit.report.page import write_report

__all__ = ["write_report"]
