"""Decides when a locality team meets each school, where and with whom."""

from optimiser.meetings.explainer import explain
from optimiser.meetings.solver import solve
from optimiser.meetings.tables import report
from optimiser.meetings.verifier import verify

__all__ = ["explain", "report", "solve", "verify"]
