"""Who is asking: their role's permissions and their areas, which every query is filtered by."""

from dataclasses import dataclass

EVERYWHERE = "*"

KINDS = {
    "routes": "transport",
    "guides": "transport",
    "meetings": "meetings",
    "places": "places",
    "closure": "places",
}
"""Each kind of plan and the desk that it belongs to."""

_READER = frozenset({"home"})
ROLES: dict[str, frozenset[str]] = {
    "viewer": _READER | {"transport.read", "meetings.read"},
    "transport": _READER | {"data.read", "data.write", "transport.read", "transport.plan", "transport.doors"},
    "coordinator": _READER | {"data.read", "data.write", "meetings.read", "meetings.plan", "places.read"},
    "commissioner": _READER | {"data.read", "data.write", "places.read", "places.plan"},
    "admin": _READER | {"people.manage", "audit.read"},
    "demonstrator": _READER
    | {"data.read", "data.write", "transport.read", "transport.plan", "transport.doors", "meetings.read"}
    | {"meetings.plan", "places.read", "places.plan", "audit.read"},
}
"""What each role may do. An administrator looks after people, and sees no pupils."""

PERMISSIONS = frozenset().union(*ROLES.values())


class NotAllowed(Exception):
    """The person's role does not include what they tried; the message says so plainly."""


class NotThere(Exception):
    """There is no such thing, or none in the person's areas; the two look the same on purpose."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A person, what they may do and where."""

    who: str
    role: str
    areas: frozenset[str]

    @property
    def everywhere(self) -> bool:
        """Whether the whole city is theirs."""
        return EVERYWHERE in self.areas

    def may(self, permission: str) -> bool:
        """Return whether the role includes a permission."""
        return permission in ROLES.get(self.role, frozenset())

    def need(self, permission: str) -> None:
        """Raise NotAllowed unless the role includes a permission."""
        if not self.may(permission):
            raise NotAllowed(f"your role, {self.role}, does not include this")

    def covers(self, area: str) -> bool:
        """Return whether an area is theirs; the whole city is only for someone with the whole city."""
        return self.everywhere or area in self.areas

    def kinds(self, verb: str = "read") -> tuple[str, ...]:
        """Return the kinds of plan that they may read (or "plan")."""
        return tuple(kind for kind, desk in KINDS.items() if self.may(f"{desk}.{verb}"))


SYSTEM = Scope("the service itself", "demonstrator", frozenset({EVERYWHERE}))
"""What the command line and the worker act as."""
