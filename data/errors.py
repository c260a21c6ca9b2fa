"""Errors that are ours in the data room; what people mistype is an issue, in ``data.issues``."""


class DataError(Exception):
    """The data room was used wrongly, or a file could not be handled as promised."""


class CannotBuild(DataError):
    """A city lacks what a problem needs; the message says which sheet to fill in."""
