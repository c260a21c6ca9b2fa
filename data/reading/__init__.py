"""Reads workbooks, CSV folders and published files into cells and rows, gathering every fault."""

from data.reading.guessing import Choices
from data.reading.read import Reading, Tally, read

__all__ = ["Choices", "Reading", "Tally", "read"]
