"""Asks "what if": changes a problem, compares answers, and holds two kinds of problem at once."""
