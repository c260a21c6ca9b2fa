"""Reads workbooks, CSV folders and published files into cells and rows, gathering every fault."""

from data.reading.read import Reading, Tally, read

__all__ = ["Reading", "Tally", "read"]
