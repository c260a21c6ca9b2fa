"""Builders of small problems, one module a room."""
