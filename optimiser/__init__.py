"""Decides: four optimisers (routes, guides, meetings, places) over one small core."""
