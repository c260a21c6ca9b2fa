"""Proves it."""
