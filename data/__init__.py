"""Brings facts in and carries answers out as files."""
