"""A postcode service that an administrator names, asked only when every table has failed."""

from urllib.parse import quote

from data.travel.calling import Caller, Manners
from data.travel.source import TravelFailed


class PostcodeService:
    """A service that answers ``GET /postcodes/B203DE`` with eastings and northings, as postcodes.io does.

    Only the postcode is sent. ``anywhere`` must be said for a service outside the council's network.
    """

    def __init__(self, url: str, *, anywhere: bool = False, seconds: float = 5.0) -> None:
        manners = Manners(seconds=seconds, tries=2, most_bytes=100_000, anywhere=anywhere)
        self._caller = Caller(url, manners)

    def __call__(self, postcode: str) -> tuple[float, float] | None:
        """Return the easting and northing of a postcode, or None where the service does not know or does not answer."""
        try:
            answer = self._caller.get(f"/postcodes/{quote(postcode.replace(' ', ''))}", {})
            found = answer["result"]
            return float(found["eastings"]), float(found["northings"])
        except (TravelFailed, KeyError, TypeError, ValueError):
            return None
