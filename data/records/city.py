"""One city: every sheet's rows in one place, with the settings and notes that belong to them."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from data.records import kinds
from data.records.guides import Absence, Guide, Training
from data.records.meetings import CalendarEntry, Leave, Meeting, MeetingType, Panel, PanelCase, Staff, Venue
from data.records.pupils import Pupil
from data.records.row import Row, column
from data.records.schools import Base, School
from data.records.settings import Settings
from data.records.transport import LogEntry, Operator, Run, Vehicle, Waiting


class SettingRow(Row):
    """A named setting as it stands in the workbook."""

    id: kinds.Words = column("Setting", also=("name", "key"), example="ride limit primary")
    value: kinds.Words = column("Value", example="45")
    unit: kinds.Note = column("Unit", default=None)
    source: kinds.Note = column("Source", also=("where from",), default=None)


class NoteRow(Row):
    """A remark that belongs beside a figure, such as a contradiction in the council's papers."""

    id: kinds.Ref = column("Reference", also=("ref", "id"), example="I01")
    about: kinds.Words = column(
        "Figure concerned", also=("about", "figure", "topic"), example="average cost of a place"
    )
    note: Annotated[str, kinds.needed(lambda value: str(value).strip()[:600])] = column(
        "Note", example="The paper prints two averages"
    )
    source: kinds.Note = column("Source", default=None)


class City(BaseModel):
    """Every row of every sheet. ``fictional`` says that children, homes, guides, staff and vehicles are invented."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    fictional: bool = False
    settings: Settings = Field(default_factory=Settings)
    schools: tuple[School, ...] = ()
    bases: tuple[Base, ...] = ()
    pupils: tuple[Pupil, ...] = ()
    operators: tuple[Operator, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    runs: tuple[Run, ...] = ()
    run_log: tuple[LogEntry, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    guides: tuple[Guide, ...] = ()
    training: tuple[Training, ...] = ()
    absences: tuple[Absence, ...] = ()
    staff: tuple[Staff, ...] = ()
    leave: tuple[Leave, ...] = ()
    venues: tuple[Venue, ...] = ()
    calendar: tuple[CalendarEntry, ...] = ()
    meeting_types: tuple[MeetingType, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    panels: tuple[Panel, ...] = ()
    panel_cases: tuple[PanelCase, ...] = ()
    notes: tuple[NoteRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook: its tab, the City field that it fills, its row type, what it is for and who uses it."""

    name: str
    field: str
    row: type[Row]
    about: str
    also: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()


TRANSPORT, LOCALITY, PLACES = "transport", "meetings", "places"
EVERY_DESK = (TRANSPORT, LOCALITY, PLACES)

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "Settings",
        "settings",
        SettingRow,
        "Named settings; anything left out keeps its default",
        ("parameters",),
        EVERY_DESK,
    ),
    Sheet("Schools", "schools", School, "One row a school", ("school",), EVERY_DESK),
    Sheet(
        "Bases",
        "bases",
        Base,
        "One row a resource base",
        ("resource bases", "srps", "resourced provision"),
        (PLACES,),
    ),
    Sheet("Pupils", "pupils", Pupil, "One row a child, by reference", ("children", "pupil"), (TRANSPORT, PLACES)),
    Sheet("Operators", "operators", Operator, "One row a company", ("contractors", "providers"), (TRANSPORT,)),
    Sheet("Vehicles", "vehicles", Vehicle, "One row a class of alike vehicles", ("fleet",), (TRANSPORT,)),
    Sheet("Runs", "runs", Run, "Last term's routes", ("routes", "last term"), (TRANSPORT,)),
    Sheet("Run log", "run_log", LogEntry, "What happened to each route each day", ("log",), (TRANSPORT,)),
    Sheet(
        "Waiting",
        "waiting",
        Waiting,
        "Transport referrals and appeals",
        ("referrals", "appeals"),
        (TRANSPORT, LOCALITY),
    ),
    Sheet(
        "Guides",
        "guides",
        Guide,
        "One row a travel guide",
        ("escorts", "passenger assistants", "travel assistants"),
        (TRANSPORT,),
    ),
    Sheet(
        "Training",
        "training",
        Training,
        "One row a skill or check that a guide holds",
        ("guide training", "checks"),
        (TRANSPORT,),
    ),
    Sheet(
        "Absence",
        "absences",
        Absence,
        "One row a stretch of days away; no reasons",
        ("guide absence", "absences"),
        (TRANSPORT,),
    ),
    Sheet("Staff", "staff", Staff, "One row a professional, by reference", ("professionals", "team"), (LOCALITY,)),
    Sheet("Leave", "leave", Leave, "Days on which professionals are away", ("staff leave",), (LOCALITY,)),
    Sheet("Venues", "venues", Venue, "One row a building to meet in", ("rooms",), (LOCALITY,)),
    Sheet(
        "Calendar",
        "calendar",
        CalendarEntry,
        "Terms, half-terms, holidays, INSET and faith days",
        ("term dates", "dates"),
        EVERY_DESK,
    ),
    Sheet("Meeting types", "meeting_types", MeetingType, "One row a kind of meeting", (), (LOCALITY,)),
    Sheet("Meetings", "meetings", Meeting, "Dated events already in the diary", ("events", "diary"), (LOCALITY,)),
    Sheet("Panels", "panels", Panel, "Sittings that repeat", (), (LOCALITY,)),
    Sheet("Panel cases", "panel_cases", PanelCase, "Cases waiting for a panel", ("cases", "agenda"), (LOCALITY,)),
    Sheet("Notes", "notes", NoteRow, "Remarks that belong beside figures", (), EVERY_DESK),
)

SHEET = {sheet.field: sheet for sheet in SHEETS}
