"""Every rule a plan is checked against: its id, the sentence that should hold, and whether it may be breached."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A claim that should hold of every plan; a soft one may be breached at a price and is then recorded."""

    id: str
    sentence: str
    hard: bool = True


RULES: tuple[Rule, ...] = (
    Rule("served-once", "Each child who travels is on exactly one run in each direction, or listed as unserved."),
    Rule("own-school", "Each child is taken to and from their own school, getting on before getting off."),
    Rule("pick-up-place", "Each child is collected and set down at home or at a pick-up point agreed for them."),
    Rule("travel-time", "No vehicle is timed to go faster than the travel times allow."),
    Rule("stop-time", "Each stop lasts long enough for the children who get on or off there."),
    Rule("ride-time", "No child rides longer than their own limit, counting the walk to a pick-up point."),
    Rule("ride-guideline", "Children ride at most 45 minutes (primary) or 75 (secondary and over).", hard=False),
    Rule("ready-time", "No child is collected before they are ready."),
    Rule("seat-capacity", "There is a seat for each child, and for a guide when one is needed, on each weekday."),
    Rule("wheelchair-capacity", "There is a wheelchair space for each wheelchair on each weekday."),
    Rule("layout-known", "Each run is driven by a known class of vehicle in one of its layouts."),
    Rule("equipment-fit", "The vehicle has the equipment that each child aboard needs."),
    Rule("gate-fit", "The vehicle is of a kind that can use the gate of each school it calls at."),
    Rule("school-window", "Vehicles arrive at school in the morning, and leave in the afternoon, inside its window."),
    Rule("unloading-bays", "No vehicle finds every bay of a school taken.", hard=False),
    Rule("kept-apart", "Children who must not travel together are never on the same run on the same day."),
    Rule("sole-transport", "A child with sole transport travels with no other child."),
    Rule("kept-together", "Children who must travel together are on the same run."),
    Rule("mixed-schools", "Children of two schools share a vehicle only where the pair of schools has agreed."),
    Rule("waiting-aboard", "No run waits with children aboard for longer than the cap."),
    Rule("run-days", "A run works on exactly the weekdays on which its children travel."),
    Rule("contract-valid", "The vehicle's contract covers each weekday and the whole period, with a trading operator."),
    Rule("vehicle-chain", "A vehicle's runs are of one class and follow one another with time to drive between them."),
    Rule("fleet-count", "No more vehicles of a class are used than there are."),
    Rule("operator-cap", "No operator runs more vehicles than its cap."),
    Rule("pinned-run", "A pinned run stays exactly as it was."),
    Rule("pinned-child", "A pinned child stays with the vehicle they had."),
    Rule("change-cap", "No more children change vehicle or time than the cap allows."),
)

BY_ID = {rule.id: rule for rule in RULES}
