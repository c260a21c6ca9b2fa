"""What a crew may know of each child, from the Pupils sheet: reference, door, equipment, training; no diagnosis."""

from data.records import City
from data.records.pupils import Pupil
from data.writing.runsheets import CrewNeeds

WHEELCHAIRS = {
    "manual": "manual wheelchair",
    "powered": "powered wheelchair",
    "transfers": "moves from wheelchair to seat",
}


def crew_needs(city: City) -> dict[str, CrewNeeds]:
    """Return what a crew needs for each child who travels on a vehicle, by reference.

    The sheets hold no names, so the reference stands for the child. Needs, plans and diagnoses are left out.
    """
    schools = {school.id: school.name for school in city.schools}
    return {
        pupil.id: CrewNeeds(
            initials=pupil.id,
            address=_door(pupil),
            equipment=", ".join(each for each in (WHEELCHAIRS.get(pupil.wheelchair, ""), *pupil.equipment) if each),
            must_know=_must_know(pupil),
            handover=f"staff of {schools.get(pupil.school or '', 'the school')}; a known adult at home",
        )
        for pupil in city.pupils
        if pupil.transport == "vehicle"
    }


def _door(pupil: Pupil) -> str:
    if pupil.door == "point" and pupil.point:
        return f"pick-up point, {pupil.point}"
    return pupil.postcode


def _must_know(pupil: Pupil) -> str:
    said = []
    if pupil.competences:
        said.append(f"guide trained in {', '.join(pupil.competences)}")
    if pupil.sole:
        said.append("travels alone")
    if pupil.apart:
        said.append(f"never with {', '.join(pupil.apart)}")
    if pupil.ready is not None:
        said.append(f"not before {pupil.ready // 3600:02d}:{pupil.ready % 3600 // 60:02d}")
    return "; ".join(said)
