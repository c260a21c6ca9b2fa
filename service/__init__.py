"""Talks to people over the network and the command line, and remembers."""
