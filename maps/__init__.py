"""Draws: each plan as one page that holds everything it needs and asks nobody for anything."""
