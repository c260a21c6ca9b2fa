"""Reads workbooks, CSV folders and published files into cells and rows, gathering every fault."""
