"""What a scenario may change: each change is a frozen value that turns one problem into another."""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Change(Protocol):
    """One change. ``touches`` names what it alters, as (kind, id); two changes that touch the same thing clash."""

    @property
    def touches(self) -> tuple[tuple[str, str], ...]:
        """What the change alters, as pairs of a kind and an id."""
        ...

    @property
    def sentence(self) -> str:
        """The change in plain words."""
        ...

    def apply(self, problem: Any) -> Any:
        """Return the changed problem; raises UnknownThing when the problem does not hold what is to be changed."""
        ...


class UnknownThing(ValueError):
    """A change names a base, a pupil, a year or a need that the problem does not hold; the message says which."""
