"""Turns rows into problems, remembering the cell each came from."""
