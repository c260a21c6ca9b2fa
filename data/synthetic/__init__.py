"""Makes a seeded, fictional city on the real control totals."""

from data.synthetic.city import make
from data.synthetic.size import SIZES

__all__ = ["SIZES", "make"]
