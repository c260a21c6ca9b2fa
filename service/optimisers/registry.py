"""Each kind of plan and the function that turns a job into a problem ready to solve."""

from collections.abc import Callable

from service.optimisers.estate import ask_closure, ask_places
from service.optimisers.jobs import Asked, Job
from service.optimisers.locality import ask_meetings
from service.optimisers.transport import ask_guides, ask_routes

ASK: dict[str, Callable[[Job], Asked]] = {
    "routes": ask_routes,
    "guides": ask_guides,
    "meetings": ask_meetings,
    "places": ask_places,
    "closure": ask_closure,
}
