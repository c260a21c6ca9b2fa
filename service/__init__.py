"""Talks to people over the network and the command line, and remembers."""

__version__ = "0.1.0"
