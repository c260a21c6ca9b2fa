"""Turns rows into problems, remembering the cell each came from: one module for each optimiser, each with ``build``."""

from data.problems.atlas import Atlas, atlas, points
from data.problems.built import Built

__all__ = ["Atlas", "Built", "atlas", "points"]
