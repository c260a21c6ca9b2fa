"""Boundaries to lie under maps: the council's own file, or a plain reason why not."""

import json
from pathlib import Path

import pytest

from data.reading.boundaries import BoundariesWrong, read_boundaries

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def a_file(path, *, properties, corner=(-1.9, 52.5), kind="Polygon"):
    west, south = corner
    ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 1e-6], [west, south + 0.1], [west, south]]
    shape = {"type": kind, "coordinates": [ring]}
    features = [{"type": "Feature", "properties": properties, "geometry": shape}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize(
    ("name", "properties", "kind"),
    [
        ("wards.geojson", {"ward_name": "Aston"}, "wards"),
        ("file.geojson", {"WD23CD": "E1", "WD23NM": "Aston"}, "wards"),
        ("file.geojson", {"icb_locality": "Aston"}, "localities"),
        ("city_outline.json", {"name": "Aston"}, "outline"),
    ],
)
def test_what_a_file_holds_is_guessed_from_its_words(tmp_path, name, properties, kind):
    found = read_boundaries(a_file(tmp_path / name, properties=properties))
    assert (found.kind, found.names) == (kind, ("Aston",))
    saved = json.loads(found.save(tmp_path / "kept").read_text())
    (feature,) = saved["features"]
    assert feature["properties"] == {"name": "Aston"} and len(feature["geometry"]["coordinates"][0]) == 4
    assert saved["attribution"] == f"Boundaries from {name}"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"properties": {"x": 1}}, "--kind"),
        ({"properties": {"ward": "A"}, "corner": (406_000, 290_000)}, "WGS 84"),
        ({"properties": {"ward": "A"}, "kind": "LineString"}, "holds no areas"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(tmp_path, made, words):
    with pytest.raises(BoundariesWrong, match=words):
        read_boundaries(a_file(tmp_path / "f.geojson", **made))


def test_a_file_that_is_missing_or_not_geojson_is_refused(tmp_path):
    (tmp_path / "f.geojson").write_text("not json")
    for path in (tmp_path / "f.geojson", tmp_path / "none.geojson"):
        with pytest.raises(BoundariesWrong, match="geojson"):
            read_boundaries(path)
    with pytest.raises(BoundariesWrong, match="--name"):
        read_boundaries(a_file(tmp_path / "wards.geojson", properties={"x": 1}))


@pytest.mark.skipif(not SHARED.is_dir(), reason="skipped: no ../shared")
def test_the_published_boundaries_are_read():
    found = [
        read_boundaries(SHARED / f"birmingham_{name}.geojson") for name in ("wards_bestfit", "localities", "outline")
    ]
    assert [each.kind for each in found] == ["wards", "localities", "outline"]
    assert [len(each.names) for each in found] == [69, 5, 1]
