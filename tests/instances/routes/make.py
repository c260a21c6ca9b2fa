"""Make the frozen instances: thirty single schools and three cities, seeded fiction on a plane.

``python -m tests.instances.routes.make`` writes them again, byte for byte. Homes lie around a special school as they
do around a real one: most within half an hour, a tail beyond. Half the schools have 45-minute limits for most
children, half 75; fleets have two, three or four kinds with several layouts.
"""

from pathlib import Path

import numpy as np

from optimiser.core.codec import to_json
from optimiser.core.travel import TravelMatrix
from optimiser.core.units import Pence, Seconds, clock
from optimiser.routes.problem import (
    Child,
    GuideNeed,
    Layout,
    Operator,
    Phase,
    RoutesProblem,
    School,
    Seat,
    VehicleClass,
    Window,
)

HERE = Path(__file__).parent
SIZES = (20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 40, 60)
DETOUR, MILES_AN_HOUR = 1.35, 14.0
FLEETS = {
    "taxis": ("taxi", "mpv"),
    "mixed": ("taxi", "mpv", "minibus"),
    "lifts": ("taxi", "mpv", "minibus", "tail-lift"),
}
CLASSES = {
    "taxi": ((Layout("4 seats", 4),), 9500, 120, frozenset()),
    "mpv": ((Layout("7 seats", 7), Layout("4 and 1", 4, 1)), 13000, 140, frozenset({"ramp"})),
    "minibus": ((Layout("16 seats", 16),), 21000, 180, frozenset()),
    "tail-lift": ((Layout("12 and 1", 12, 1), Layout("8 and 3", 8, 3), Layout("4 and 5", 4, 5)), 24500, 200,
                  frozenset({"ramp"})),
}  # fmt: skip


def make(seed, *, children, schools=1, secondary=0.5, fleet="lifts", reach=8.0, km=30.0):
    """Return an instance: ``secondary`` is the share of children with a 75-minute limit, ``reach`` in km."""
    rng = np.random.default_rng(seed)
    spots = {f"gate-{s}": rng.uniform(0.3, 0.7, 2) * km for s in range(schools)}
    listed = []
    for at in range(children):
        school = int(rng.integers(schools))
        angle, far = rng.uniform(0, 2 * np.pi), rng.gamma(2.0, reach / 2)
        spots[f"home-{at}"] = np.clip(spots[f"gate-{school}"] + far * np.array([np.cos(angle), np.sin(angle)]), 0, km)
        chair = rng.random() < 0.08
        listed.append(
            Child(
                id=f"c{at}",
                school=f"s{school}",
                home=f"home-{at}",
                phase=Phase.SECONDARY if rng.random() < secondary else Phase.PRIMARY,
                seat=Seat.WHEELCHAIR if chair else Seat.SEAT,
                boarding=Seconds(300 if chair else 120),
                guide=[GuideNeed.REQUIRED, GuideNeed.PREFERRED, GuideNeed.NONE][int(rng.choice(3, p=[0.4, 0.1, 0.5]))],
                equipment=frozenset({"ramp"}) if chair else frozenset(),
            )
        )
    windows = Window(clock(8, 30), clock(8, 50)), Window(clock(15, 15), clock(15, 30))
    travel = _plane(spots)
    return RoutesProblem(
        children=tuple(listed),
        schools=tuple(School(f"s{s}", f"gate-{s}", *windows) for s in range(schools)),
        vehicle_classes=tuple(
            VehicleClass(kind, "op1", kind, layouts, Pence(rate), Pence(mile), equipment=has)
            for kind, (layouts, rate, mile, has) in CLASSES.items()
            if kind in FLEETS[fleet]
        ),
        operators=(Operator("op1"),),
        morning=travel,
        afternoon=travel,
    )


def _plane(spots):
    at = np.array(list(spots.values()))
    metres = np.round(np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1)) * 1000 * DETOUR)
    seconds = np.round(metres / (MILES_AN_HOUR * 1609.344 / 3600))
    label = f"straight line x {DETOUR} at {MILES_AN_HOUR:g} mph, fiction"
    return TravelMatrix(tuple(spots), seconds.astype(np.int32), metres.astype(np.int32), label, label)


def instances():
    """Return every frozen instance by name."""
    found = {}
    for limit, secondary in ((45, 0.1), (75, 0.9)):
        for at, size in enumerate(SIZES):
            fleet = tuple(FLEETS)[at % 3]
            name = f"school-{limit}-{size}-{fleet}-{at}"
            found[name] = make(1000 * limit + at, children=size, secondary=secondary, fleet=fleet)
    for at, (children, schools) in enumerate(((150, 3), (250, 5), (400, 8))):
        found[f"city-{children}"] = make(9000 + at, children=children, schools=schools, reach=6.0)
    return found


def main():
    """Write every instance."""
    for name, problem in instances().items():
        (HERE / f"{name}.json").write_text(to_json(problem) + "\n")


if __name__ == "__main__":
    main()
