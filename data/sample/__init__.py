"""The built-in example, as the workbook a council would send: `make("small", 1)` written out."""

from pathlib import Path

HANDSWORTH = Path(__file__).with_name("handsworth.xlsx")
"""Handsworth: real schools and bases; children, homes, guides, staff and vehicles invented."""
