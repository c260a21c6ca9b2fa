"""Exact models of a roster: when each school meets with whom on duty, then who goes to which meeting."""
