"""What every row has in common: its columns as people know them, and the cell that it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticUndefined

from data.records.parsing import tidy


class Row(BaseModel):
    """One row of a sheet. ``sheet`` and ``row`` say where it came from; 0 when it came from no file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: ClassVar[str] = "id"
    """The field that names the row, or empty when rows have no name of their own."""

    sheet: str = ""
    row: int = 0

    @property
    def cell(self) -> str:
        """Where the row stands, such as "Pupils row 7"; empty when it came from no file."""
        return f"{self.sheet} row {self.row}" if self.row else ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field, its heading, other headings for it, a note, an example and the words offered."""

    field: str
    heading: str
    also: tuple[str, ...]
    note: str
    example: Any
    offers: tuple[str, ...]
    required: bool
    kind: str


def column(
    heading: str,
    *,
    also: tuple[str, ...] = (),
    note: str = "",
    example: Any = None,
    offers: Mapping[str, str] | tuple[str, ...] = (),
    kind: str = "text",
    default: Any = PydanticUndefined,
) -> Any:
    """Return a pydantic field that knows its heading; ``kind`` is text, whole, money, clock, date, yes-no or list."""
    offered = tuple(dict.fromkeys(offers.values())) if isinstance(offers, Mapping) else tuple(offers)
    about = {"also": list(also), "note": note, "example": example, "offers": list(offered), "kind": kind}
    return Field(default=default, title=heading, json_schema_extra=about)


@cache
def columns(row_type: type[Row]) -> tuple[Column, ...]:
    """Return the columns of a row type in the order of its sheet."""
    found = []
    for name, field in row_type.model_fields.items():
        if field.title is None:
            continue
        extra: Any = field.json_schema_extra
        about = (tuple(extra["also"]), extra["note"], extra["example"], tuple(extra["offers"]))
        found.append(Column(name, field.title, *about, field.is_required(), extra["kind"]))
    return tuple(found)


@cache
def spellings(row_type: type[Row]) -> dict[str, Column]:
    """Return each accepted spelling of each heading, tidied, with its column."""
    found: dict[str, Column] = {}
    for each in columns(row_type):
        for spelling in (each.heading, each.field, *each.also):
            found.setdefault(tidy(spelling), each)
    return found
