"""The schools and resource bases of a made-up city, on the papers' control totals."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from data.reading import official
from data.records.schools import Base, School
from data.synthetic import handsworth, papers
from data.synthetic.homes import Homes
from data.synthetic.size import Size, chances

NAMES = {"CL": "C&L", "ASC_SLCN": "ASC; SLCN", "CL_ASC_PD": "C&L ASC; PD"}

BASE_SIZES: dict[tuple[str, str, str], tuple[int, ...]] = {
    ("West", "ASC", "primary"): (16, 10),
    ("West", "ASC", "secondary"): (8,),
    ("West", "CL", "primary"): (12,),
    ("West", "CL", "secondary"): (14, 12),
    ("West", "SLCN", "primary"): (10,),
    ("West", "FAM", "primary"): (5,),
    ("North", "ASC", "primary"): (22,),
    ("North", "ASC", "secondary"): (16,),
    ("North", "SLCN", "primary"): (5,),
    ("North", "FAM", "primary"): (9,),
    ("North", "FAM", "secondary"): (10,),
    ("North", "HI", "primary"): (7,),
    ("North", "HI", "secondary"): (8,),
    ("North", "VI", "primary"): (15,),
    ("North", "VI", "secondary"): (15,),
    ("East", "ASC", "primary"): (35,),
    ("East", "ASC", "secondary"): (20,),
    ("East", "ASC_SLCN", "primary"): (36,),
    ("East", "ASC_SLCN", "secondary"): (20,),
    ("East", "CL", "primary"): (36, 24),
    ("East", "CL", "secondary"): (30, 17),
    ("East", "FAM", "primary"): (20,),
    ("East", "FAM", "secondary"): (18,),
    ("East", "HI", "primary"): (16,),
    ("East", "HI", "secondary"): (19,),
    ("South", "ASC", "primary"): (17, 8),
    ("South", "ASC", "secondary"): (8,),
    ("South", "CL", "primary"): (22,),
    ("South", "CL", "secondary"): (10,),
    ("South", "CL_ASC_PD", "primary"): (20,),
    ("South", "CL_ASC_PD", "secondary"): (6,),
    ("South", "FAM", "primary"): (20,),
    ("South", "FAM", "secondary"): (10,),
    ("South", "HI", "primary"): (8,),
    ("South", "HI", "secondary"): (6,),
    ("South", "SLCN", "primary"): (24,),
    ("South", "SLCN", "secondary"): (6,),
    ("South", "VI", "primary"): (5,),
    ("South", "VI", "secondary"): (4,),
}
"""Sizes of the 44 bases by area, need and phase. Area and need totals are the papers'; the split by phase and by base
is ours, so that 402 of 659 places are primary (61 %), 124 of South's 174 (71 %), and a tail of small bases exists."""

MOVING_ON = frozenset({("West", "ASC", "secondary")})
"""Bases without a name in the papers that the small city has all the same, so that its Year 6 has somewhere to go."""

KINDS = {
    "Community School": "mainstream",
    "Voluntary Aided School": "mainstream",
    "Voluntary Controlled School": "mainstream",
    "Foundation School": "mainstream",
    "LA Nursery School": "nursery",
    "Pupil Referral Unit": "alternative provision",
    "Other Independent Special School": "independent special",
}
STAGES = {
    "Primary": "primary",
    "Infants": "primary",
    "Juniors": "primary",
    "Secondary": "secondary",
    "Nursery": "nursery",
    "Special": "all-through",
    "Alternative": "secondary",
}
INVENTED = "Invented school: name, place and hours"
HOURS = "Hours, bays and diary are invented"


@dataclass
class Plot:
    """A school before its hours: what is a fact or a fiction about where and what it is."""

    id: str
    name: str
    phase: str
    type: str
    area: str
    east: int
    north: int
    postcode: str
    consortium: str | None = None
    real: bool = True


@dataclass
class Estate:
    """Schools and bases, with the schools by kind for the children to be sent to."""

    schools: tuple[School, ...]
    bases: tuple[Base, ...]
    points: dict[str, tuple[float, float]] = field(default_factory=dict)


def make_estate(size: Size, seed: int, homes: Homes, folder: Path | None) -> Estate:
    """Return the schools and bases of a size; with a folder of published files the schools are the real ones."""
    plots = _published(folder, size) if folder is not None and size.name != "small" else _invented(size, seed, homes)
    rng = chances(seed, "school hours")
    schools = tuple(_school(plot, rng, number) for number, plot in enumerate(plots))
    points = {plot.id: (float(plot.east), float(plot.north)) for plot in plots}
    return Estate(schools, _bases(size, plots, seed), points)


def _handsworth() -> list[Plot]:
    found = []
    for code, name, group, postcode, east, north in handsworth.SCHOOLS:
        special = group == "special"
        kind = "special" if special else "academy" if "cademy" in name else "mainstream"
        phase = "all-through" if code == "330-7040" else "primary" if special else group
        found.append(Plot(code, name, phase, kind, "West", east, north, postcode, handsworth.CONSORTIUM))
    return found


def _invented(size: Size, seed: int, homes: Homes) -> list[Plot]:
    """Return Handsworth's real schools and invented ones elsewhere, at real postcodes drawn at random."""
    plots = _handsworth()
    rng = chances(seed, "schools")
    held = Counter(plot.type for plot in plots)
    wanted = ["special"] * (size.special - held["special"]) + ["independent special"] * size.independent_special
    wanted += ["alternative provision"] * size.alternative
    ordinary = size.schools - len(plots) - len(wanted)
    wanted += ["secondary"] * round(ordinary * 0.2) + ["primary"] * (ordinary - round(ordinary * 0.2))
    numbers: Counter[tuple[str, str]] = Counter()
    for at, what in enumerate(wanted):
        area = size.areas[at % len(size.areas)]
        rows = np.flatnonzero(homes.areas == area)
        row = int(rows[rng.integers(len(rows))])
        numbers[(area, what)] += 1
        number = numbers[(area, what)]
        ordinary_school = what in ("primary", "secondary")
        kind = ("academy" if rng.random() < 0.4 else "mainstream") if ordinary_school else what
        phase = what if ordinary_school else "secondary" if what == "alternative provision" else "all-through"
        short = {"special": "SP", "independent special": "IS", "alternative provision": "AP"}.get(
            what, what[:1].upper()
        )
        plots.append(
            Plot(
                id=f"X{area[0]}-{short}{number:03d}",
                name=f"{area} {what} school {number} (fictional)",
                phase=phase,
                type=kind,
                area=area,
                east=int(homes.eastings[row]),
                north=int(homes.northings[row]),
                postcode=homes.postcodes[row],
                consortium=f"{area} consortium {1 + number % 5}" if ordinary_school else None,
                real=False,
            )
        )
    return plots


def _published(folder: Path, size: Size) -> list[Plot]:
    """Return the schools of the published list in the areas of a size; Handsworth keeps its consortium."""
    ours = {plot.id: plot for plot in _handsworth()}
    plots, count = [], 0
    for each in official.schools(folder):
        area = each.locality if each.locality in papers.AREAS else "East" if each.locality == "Solihull" else "South"
        if area not in size.areas or each.phase not in (*STAGES, "All Through"):
            continue
        special = each.phase == "Special" and "Independent" not in each.kind
        kind = "special" if special else KINDS.get(each.kind, "academy")
        if each.phase == "Alternative":
            kind = "alternative provision"
        known = ours.get(each.laestab)
        if known is not None:
            kind = known.type
        count += 1
        consortium = f"{area} consortium {1 + count % 5}" if kind in ("mainstream", "academy") else None
        plots.append(
            Plot(
                id=each.laestab,
                name=each.shown_name,
                phase=known.phase if known else STAGES.get(each.phase, "all-through"),
                type=kind,
                area=area,
                east=each.easting,
                north=each.northing,
                postcode=each.postcode,
                consortium=known.consortium if known else consortium,
            )
        )
    return plots


def _school(plot: Plot, rng: np.random.Generator, number: int) -> School:
    special = plot.type not in ("mainstream", "academy", "nursery")
    bell = 3600 * 8 + 60 * (45 + 5 * int(rng.integers(0, 7)) if special else 40 + 5 * int(rng.integers(0, 4)))
    finish = 3600 * 15 + 60 * (5 * int(rng.integers(0, 7)))
    term_start = date(2020, 1, 6)
    inset = {term_start} if rng.random() < 0.6 else {term_start + timedelta(days=int(rng.integers(0, 5)))}
    if rng.random() < 0.3:
        inset.add(date(2020, 2, 14))
    senco = (
        tuple(sorted(rng.choice(5, size=int(rng.integers(2, 5)), replace=False).tolist())) if rng.random() < 0.3 else ()
    )
    met = plot.type in ("mainstream", "academy")
    return School(
        id=plot.id,
        name=plot.name,
        phase=plot.phase,
        type=plot.type,
        area=plot.area,
        consortium=plot.consortium,
        postcode=plot.postcode,
        easting=plot.east,
        northing=plot.north,
        opens=bell - 15 * 60,
        bell=bell,
        finish=finish,
        bays=int(rng.integers(3, 9)) if special else 2,
        unload_minutes=6,
        inset=tuple(sorted(inset)),
        senco_days=senco,
        preferred=tuple(sorted(rng.choice(5, size=2, replace=False).tolist())) if met and rng.random() < 0.4 else (),
        head_away=(int(rng.integers(0, 5)),) if met and rng.random() < 0.35 else (),
        ehc_plans=int(rng.poisson(90 if special else 11)),
        concerns=int(rng.integers(0, 6)) if met else None,
        last_seen=date(2019, 6, 10) + timedelta(days=int(rng.integers(0, 30))) if met and rng.random() < 0.6 else None,
        missed_last=bool(met and rng.random() < 0.125),
        short_notice=met and number % 3 == 0,
        need_of_note=(None, "ASC", "SLCN", "CL", "SEMH")[number % 5] if met else None,
        fictional=HOURS if plot.real else INVENTED,
    )


def _bases(size: Size, plots: list[Plot], seed: int) -> tuple[Base, ...]:
    rng = chances(seed, "bases")
    hosts = {
        key: [p for p in plots if p.area == key[0] and p.phase == key[1] and p.type in ("mainstream", "academy")]
        for key in {(area, phase) for area, _, phase in BASE_SIZES}
    }
    taken = {school for bases in handsworth.BASES.values() for school, _, _ in bases}
    made: list[Base] = []
    numbers: Counter[str] = Counter()
    for (area, need, phase), sizes in BASE_SIZES.items():
        named = list(handsworth.BASES.get((area, need, phase), ()))
        for each in sizes:
            numbers[area] += 1
            host = next((row for row in named if row[2] == each), None)
            if host is not None:
                named.remove(host)
                made.append(
                    _base(area, need, phase, each, numbers[area], host[0], f"{host[1]} resource base", rng, True)
                )
            elif area in size.areas and (size.name != "small" or (area, need, phase) in MOVING_ON):
                free = [plot.id for plot in hosts[(area, phase)] if plot.id not in taken]
                school = free[int(rng.integers(len(free)))]
                taken.add(school)
                title = f"{area} {NAMES.get(need, need)} base {numbers[area]} (fictional)"
                made.append(_base(area, need, phase, each, numbers[area], school, title, rng, False))
    academies = {plot.id for plot in plots if plot.type == "academy"}
    return tuple(base.model_copy(update={"type": "academy"}) if base.school in academies else base for base in made)


def _base(
    area: str,
    need: str,
    phase: str,
    places: int,
    number: int,
    school: str,
    name: str,
    rng: np.random.Generator,
    named: bool,
) -> Base:
    rate = round(papers.COSTS[(area, need)] * 100 / papers.PLACES[(area, need)])
    return Base(
        id=f"B-{area[0]}{number:02d}",
        name=name,
        school=school,
        type="maintained",
        area=area,
        phase=phase,
        need=need,
        lowest_year=0 if phase == "primary" else 7,
        highest_year=6 if phase == "primary" else 11,
        places=places,
        physical_max=places + int(rng.integers(0, 5)),
        rate=rate,
        empty_rate=None,
        may_close=True,
        step_free=need in ("FAM", "CL_ASC_PD"),
        quality=float(rng.integers(55, 96)),
        sla_start=date(2019, 9, 1),
        sla_end=date(2021, 8, 31),
        notice_months=12,
        fictional="Size, quality and building are invented; the papers name this base"
        if named
        else "Invented base and host",
    )
