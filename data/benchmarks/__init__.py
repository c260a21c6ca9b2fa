"""Readers of public benchmark instances."""
