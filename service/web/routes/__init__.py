"""The addresses that the service answers, one module a subject."""
