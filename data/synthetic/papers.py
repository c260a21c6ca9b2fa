"""What the council's papers print, typed out: places, costs, phases, dates and panels, with their contradictions.

Sources: the supplementary papers of the scrutiny committee of 11 March 2020 with the resource base review deck, and
the undated leaflet on the locality team. Roles and institutions only. ``tests/data/test_synthetic.py`` adds every
column up.
"""

from datetime import date

AREAS = ("East", "North", "South", "West")

PLACES: dict[tuple[str, str], int] = {
    ("East", "ASC"): 55,
    ("North", "ASC"): 38,
    ("South", "ASC"): 33,
    ("West", "ASC"): 34,
    ("East", "ASC_SLCN"): 56,
    ("East", "CL"): 107,
    ("South", "CL"): 32,
    ("West", "CL"): 38,
    ("South", "CL_ASC_PD"): 26,
    ("East", "FAM"): 38,
    ("North", "FAM"): 19,
    ("South", "FAM"): 30,
    ("West", "FAM"): 5,
    ("East", "HI"): 35,
    ("North", "HI"): 15,
    ("South", "HI"): 14,
    ("North", "SLCN"): 5,
    ("South", "SLCN"): 30,
    ("West", "SLCN"): 10,
    ("North", "VI"): 30,
    ("South", "VI"): 9,
}
"""Commissioned places by area and need: 659 in all. Pairs left out have none."""

COSTS: dict[tuple[str, str], int] = {
    ("East", "ASC"): 639_881,
    ("East", "ASC_SLCN"): 783_967,
    ("East", "CL"): 1_523_685,
    ("North", "ASC"): 575_877,
    ("North", "SLCN"): 52_876,
    ("South", "ASC"): 606_557,
    ("South", "CL"): 512_888,
    ("South", "CL_ASC_PD"): 400_155,
    ("South", "SLCN"): 387_192,
    ("West", "ASC"): 598_688,
    ("West", "CL"): 543_883,
    ("West", "SLCN"): 213_221,
    ("East", "FAM"): 781_017,
    ("East", "HI"): 792_421,
    ("North", "FAM"): 309_986,
    ("North", "HI"): 328_864,
    ("North", "VI"): 610_668,
    ("South", "FAM"): 665_948,
    ("South", "HI"): 270_086,
    ("South", "VI"): 270_017,
    ("West", "FAM"): 123_118,
}
"""Pounds a year by area and need: 10,990,995 in all."""

PRIMARY_SHARE, SOUTH_PRIMARY_SHARE = 61, 71
"""Per cent of places that are primary, in the city and in South."""

FILLED = {"primary": 376, "secondary": 170}
"""Filled places under reading A of the printed averages (83 %, primary 94 %, secondary 66 %); a scenario."""

SERVICES = ("EP", "AT", "LAC", "EY", "P16", "HEALTH", "CARE", "SENAR", "HTST")
"""The services at each locality panel."""

_NETWORK_WEEKS = ((2020, 6, 16), (2020, 6, 23), (2020, 10, 13), (2020, 10, 20), (2021, 3, 9), (2021, 3, 16))
NETWORKS = tuple(date(year, month, day + after) for year, month, day in _NETWORK_WEEKS for after in range(3))
"""The city's SENCo network dates as printed: 18, of which six are Tuesdays."""

PILOT = (date(2020, 1, 27), date(2020, 2, 3))
"""The window of Handsworth's individual school meetings."""

EVENTS: tuple[tuple[str, str, date, str, str, str, str], ...] = (
    ("M06", "Handsworth locality SENCo forum", date(2020, 2, 6), "12:30", "15:00", "V-HASSOC", "West"),
    ("M07", "Parent link information event", date(2020, 2, 12), "09:30", "13:00", "", "City"),
    ("M08", "SEND Youth Forum, first session", date(2020, 2, 21), "", "", "", "City"),
    ("M09", "Parent link information event", date(2020, 2, 26), "08:45", "10:00", "", "City"),
    ("M10", "Handsworth family forum", date(2020, 3, 9), "18:00", "19:00", "V-FIRE", "West"),
)
"""Dated events as printed: reference, title, day, start, end, venue code, area."""

REQUEST_PANELS: tuple[tuple[str, str, str, str, str], ...] = (
    ("PT_ENH", "Enhanced support panel", "City", "half-termly", "Enhanced (top-up) support"),
    ("PT_RB", "Resource base panel", "City", "half-termly", "Resource base places"),
    ("PT_SS", "Special school placement panel", "City", "half-termly", "Special school places"),
    ("PT_EHC", "Assessment for EHC plan panel", "City", "weekly", "EHC needs assessment requests"),
    ("PT_SPM", "Sensory, physical and medical specialist panel", "City", "monthly", "Equipment and adaptations"),
    ("PX_REF", "Transport referrals meeting", "City", "weekly", "Placement and transport decided together"),
    ("PX_APP", "Transport appeals panel", "City", "weekly", "Stage one and stage two appeals"),
)

TERMS: tuple[tuple[str, str, str, str], ...] = (
    ("term", "Autumn 2019/20", "2019-09-02", "2019-12-20"),
    ("half-term", "Autumn half-term 2019/20", "2019-10-28", "2019-11-01"),
    ("term", "Spring 2019/20", "2020-01-06", "2020-04-03"),
    ("half-term", "Spring half-term 2019/20", "2020-02-17", "2020-02-21"),
    ("term", "Summer 2019/20", "2020-04-20", "2020-07-20"),
    ("half-term", "Summer half-term 2019/20", "2020-05-25", "2020-05-29"),
    ("term", "Autumn 2020/21", "2020-09-01", "2020-12-18"),
    ("half-term", "Autumn half-term 2020/21", "2020-10-26", "2020-10-30"),
    ("term", "Spring 2020/21", "2021-01-04", "2021-04-01"),
    ("half-term", "Spring half-term 2020/21", "2021-02-15", "2021-02-19"),
    ("term", "Summer 2020/21", "2021-04-19", "2021-07-21"),
    ("half-term", "Summer half-term 2020/21", "2021-05-31", "2021-06-04"),
)
UNVERIFIED_TERMS = "2019/20 is the usual pattern, not seen in print: confirm before use"
PRINTED_TERMS = "council term dates, as published"

FAITH_DAYS = (
    ("Chinese New Year", "2020-01-25"),
    ("Vaisakhi", "2020-04-13"),
    ("Eid al-Fitr (about)", "2020-05-24"),
    ("Eid al-Adha (about)", "2020-07-31"),
    ("Yom Kippur", "2020-09-28"),
    ("Diwali", "2020-11-14"),
    ("Eid al-Fitr (about)", "2021-05-13"),
)

NOTES: tuple[tuple[str, str, str], ...] = (
    (
        "I01",
        "average cost of a place",
        "The papers print £20,115 as the city average per placement; their own two tables give £10,990,995 "
        "for 659 places, "
        "which is £16,678 per commissioned place. Both are kept, each with its cost basis; occupancy is "
        "never inferred.",
    ),
    (
        "I03",
        "autism places by area",
        "The papers say most autism places (34 %) are in West; their table has East with 55 of 160 (34 %) "
        "and West with 34 "
        "places (21 %). The table is used.",
    ),
    (
        "I07",
        "cancelled routes",
        "The papers say no provider has cancelled since November and also that routes are cancelled when "
        "guides are ill. "
        "Cause is recorded apart from effect.",
    ),
    (
        "I08",
        "rounds of school meetings a year",
        "The papers say termly; the leaflet says spring and summer only. Rounds a year is a setting, two by default.",
    ),
    (
        "I09",
        "how often panels sit",
        "The papers list half-termly and monthly panels by request type and also four panels that take all "
        "business every "
        "Tuesday. Request types ride inside weekly sittings, each with its own cadence.",
    ),
    (
        "I10",
        "date of the base review",
        "The review deck is dated November and December 2020 but its plan starts in January 2020 and it was "
        "published in "
        "March 2020, so 2019 is likely. The printed date is shown with this flag.",
    ),
    (
        "I12",
        "network dates and panels",
        "Six of the eighteen network dates are Tuesdays, when the four locality panels need the same professionals.",
    ),
)
"""The contradictions that change what a reader should believe: reference, figure concerned, what to know."""
