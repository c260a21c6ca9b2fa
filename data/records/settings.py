"""Named settings, each with its default, its unit and where the default comes from.

Sources: "facts" are the council's papers of March 2020; "published" and "derived" say themselves; "assumed" figures are
ours and meant to be changed.
"""

from pydantic import BaseModel, ConfigDict, Field

TRANSFER = 3.0
"""Minutes for a child who moves from a wheelchair to a seat to get on; assumed, and not a setting."""


def _setting(default: float, unit: str, source: str, *, least: float = 0, most: float = 1e9) -> float:
    found: float = Field(default=default, ge=least, le=most, json_schema_extra={"unit": unit, "source": source})
    return found


class Settings(BaseModel):
    """The figures that a council may change, in the unit that each names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ride_limit_primary: float = _setting(45, "minutes", "national guideline 2023", most=240)
    ride_limit_secondary: float = _setting(75, "minutes", "national guideline 2023", most=240)
    board_walking: float = _setting(1.5, "minutes", "assumed", most=30)
    board_wheelchair: float = _setting(5, "minutes", "assumed", most=30)
    unload_at_school: float = _setting(6, "minutes", "assumed", most=60)
    arrive_from_before_bell: float = _setting(15, "minutes", "assumed", most=60)
    arrive_until_before_bell: float = _setting(2, "minutes", "assumed", most=60)
    school_days: float = _setting(190, "days a year", "published", most=260)
    guide_day: float = _setting(50, "pounds a day", "derived from hourly rates of 9 to 12.30 pounds", most=500)
    guided_share_of_routes: float = _setting(55, "per cent", "assumed; 36 to 70 seen elsewhere", most=100)
    guide_absence: float = _setting(7, "per cent of days", "assumed; 5 to 9", most=60)
    guide_absence_winter: float = _setting(11, "per cent of days", "assumed; 9 to 14", most=60)
    guide_absence_monday: float = _setting(1.15, "times the usual", "assumed", most=5)
    guide_absence_friday: float = _setting(1.1, "times the usual", "assumed", most=5)
    child_absence: float = _setting(8, "per cent of days", "assumed; 5 to 12", most=60)
    sole_share_of_taxi: float = _setting(15, "per cent of children in taxis", "assumed; 10 to 30", most=100)
    wheelchair_share: float = _setting(9, "per cent of children carried", "assumed; 6 to 12", most=100)
    no_show: float = _setting(12.5, "per cent of school meetings", "facts: 28 of 32 came", most=100)
    reschedule_requests: float = _setting(25, "per cent of invitations", "assumed; 15 to 40", most=100)
    rounds_a_year: float = _setting(2, "rounds", "facts I08: the leaflet says spring and summer", least=1, most=6)
    occupancy_primary: float = _setting(
        94, "per cent of places", "facts 4.3 reading A: not known, a scenario", most=130
    )
    occupancy_secondary: float = _setting(
        66, "per cent of places", "facts 4.3 reading A: not known, a scenario", most=130
    )
    outside_place: float = _setting(
        52_000, "pounds a year", "assumed: an independent special school place", most=500_000
    )
    core_funding: float = _setting(
        3_437, "pounds a year", "derived: the gap between the two printed averages", most=50_000
    )
    referral_days: float = _setting(20, "working days", "facts F63", least=1, most=200)
    panel_cases_a_sitting: float = _setting(12, "cases", "assumed; 8 to 20", least=1, most=60)
    panel_minutes_a_case: float = _setting(12, "minutes", "assumed", least=1, most=120)

    def boarding_minutes(self, wheelchair: str) -> float:
        """Return the minutes a child takes to get on, by how the pupils sheet says they use a wheelchair."""
        if wheelchair in ("manual", "powered"):
            return self.board_wheelchair
        return TRANSFER if wheelchair == "transfers" else self.board_walking


def about(name: str) -> tuple[str, str]:
    """Return the unit and source of a setting."""
    extra = Settings.model_fields[name].json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["unit"]), str(extra["source"])
