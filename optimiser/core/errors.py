"""Errors that are ours: a caller or a model broke a promise. People's mistakes are issues, in the data room."""


class OptimiserError(Exception):
    """Something inside the optimiser is wrong."""


class UnverifiedResult(OptimiserError):
    """A result contradicts itself or breaks a hard rule, so it was refused."""


class UnknownSubject(OptimiserError):
    """An explanation was asked for about an id that the problem does not hold."""


class BadProblem(OptimiserError):
    """A problem contradicts itself in a way that a reader should have caught."""
