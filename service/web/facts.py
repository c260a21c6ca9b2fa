"""The transport desk's tables that are worked out from stored plans and facts when a page asks for them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from fastapi import Request

from optimiser.core.table import Cell, Column, Kind, Table
from service import clocks, measures
from service.store import cities
from service.store.database import fetch
from service.store.tables import CityFile
from service.web.desk import OnShow, on_show, rows_of
from service.web.security import Visitor


@dataclass(frozen=True)
class Facts:
    """The newest facts with the plans on show."""

    city: CityFile | None
    records: dict[str, Any]
    plan: OnShow
    cover: OnShow

    @cached_property
    def on(self) -> date:
        """The day that clocks are read on: the last day on record in the log or the queue, else today."""
        days = [row["day"] for row in self.records.get("run_log", ())]
        days += [row["received"] for row in self.records.get("waiting", ())]
        return max((clocks.day_of(each) for each in days), default=date.today())

    @property
    def referral_days(self) -> int:
        """The council's own clock for referrals, in working days."""
        return int((self.records.get("settings") or {}).get("referral_days") or 20)

    @cached_property
    def clocks(self) -> tuple[Table, Table]:
        """Who waits, and each queue by age."""
        rows, calendar = self.records.get("waiting", ()), self.records.get("calendar", ())
        return clocks.clocks(rows, calendar, on=self.on, referral_days=self.referral_days)

    @cached_property
    def last_term(self) -> Table:
        """Each child compared with last term."""
        return measures.last_term(self.records, self.plan.tables, self.cover.tables)

    @cached_property
    def measures(self) -> Table:
        """Every measure with its denominator."""
        return measures.measures(self.records, self.plan.tables, self.cover.tables, on=self.on, change=self.last_term)

    @cached_property
    def returned(self) -> Table:
        """The return on travel to school."""
        days = round(float((self.records.get("settings") or {}).get("school_days") or 190))
        return measures.returned(self.records, self.plan.tables, school_days=days)

    @cached_property
    def operators(self) -> Table:
        """Each operator: vehicles, children, money, and when papers lapse."""
        vehicles = rows_of(self.plan.table("vehicles"))
        rows: list[tuple[Cell, ...]] = []
        for each in self.records.get("operators", ()):
            mine = [row for row in vehicles if row["operator"] == each["id"]]
            children = sum(int(row["children"] or 0) for row in mine)
            day = sum(int(row["day"] or 0) for row in mine)
            rows.append((
                each["id"], each.get("name"), len(mine), each.get("cap"), children, day, each.get("active", True),
                each.get("licence_ends"), each.get("insurance_ends"), each.get("notice_days"),
            ))  # fmt: skip
        columns = (
            Column("operator", "Operator"), Column("name", "Name"), Column("vehicles", "Vehicles used", Kind.COUNT),
            Column("cap", "Most vehicles", Kind.COUNT), Column("children", "Children", Kind.COUNT),
            Column("day", "A day", Kind.PENCE), Column("active", "Trading with us", Kind.YES_NO),
            Column("licence", "Licence ends", Kind.DATE), Column("insurance", "Insurance ends", Kind.DATE),
            Column("notice", "Notice (days)", Kind.COUNT),
        )  # fmt: skip
        return Table("operators", "Operators", columns, tuple(rows), "Guides are not in the cost.")


def facts_of(request: Request, visitor: Visitor) -> Facts:
    """Return the newest facts with the plans on show for a visitor; empty where there are none yet."""
    with request.app.state.db.reading() as session:
        city = cities.newest(session, visitor.scope)
        records = json.loads(fetch(session, city.records)) if city is not None and city.records else {}
        return Facts(city, records, on_show(session, visitor, "routes"), on_show(session, visitor, "guides"))


TABLES: dict[str, Callable[[Facts], Table]] = {
    "clocks": lambda facts: facts.clocks[0],
    "queues": lambda facts: facts.clocks[1],
    "last-term": lambda facts: facts.last_term,
    "measures": lambda facts: facts.measures,
    "return": lambda facts: facts.returned,
    "operators": lambda facts: facts.operators,
}
"""Each table that may be taken out as a file, by key."""
