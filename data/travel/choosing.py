"""Which engine of travel times to use: a server where one is set, else a roads file, else the estimate."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from data.travel.cache import Cached
from data.travel.calibration import Calibration
from data.travel.calling import Manners, refuse_public
from data.travel.crow import Estimate
from data.travel.network import RoadTravel
from data.travel.server import OsrmTravel, ValhallaTravel
from data.travel.source import Multipliers, TravelSource


@dataclass(frozen=True)
class Choice:
    """What an administrator has set. A server comes before the roads file, and that before the estimate.

    ``cache`` is a folder to remember answers by roads in; ``calibration`` what ``sendopt roads calibrate`` wrote, used
    with the engine it was made on. Nothing here falls back by itself: a server that fails raises TravelFailed, so that
    no plan is made half on one engine and half on another.
    """

    roads: Path | None = None
    osrm: str = ""
    valhalla: str = ""
    server_data: str = ""
    cache: Path | None = None
    calibration: Path | None = None
    multipliers: Multipliers = field(default_factory=Multipliers)
    manners: Manners = field(default_factory=Manners)


def choose(choice: Choice) -> TravelSource:
    """Return the source that a choice means; raises TravelFailed for a broken file or a public address."""
    source = _engine(choice)
    if choice.calibration is not None:
        multipliers = Calibration.load(choice.calibration).multipliers_for(source.fingerprint)
        source = (
            source.calibrated(multipliers)
            if isinstance(source, RoadTravel)
            else replace(source, multipliers=multipliers)
        )
    if choice.cache is not None and not isinstance(source, Estimate):
        return Cached(source, choice.cache)
    return source


def _engine(choice: Choice) -> Estimate | RoadTravel | OsrmTravel | ValhallaTravel:
    url = choice.osrm or choice.valhalla
    if url:
        refuse_public(url, anywhere=choice.manners.anywhere)
        make = OsrmTravel if choice.osrm else ValhallaTravel
        return make(url, choice.server_data, choice.multipliers, choice.manners)
    if choice.roads is not None:
        return RoadTravel.load(choice.roads, multipliers=choice.multipliers)
    return Estimate(choice.multipliers)
