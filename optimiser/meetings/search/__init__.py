"""Compiled local search for meetings that want rooms and start times, the public meeting-scheduling family."""
