"""The city as data: every mistake in it at once, and which area a place lies in."""

from __future__ import annotations

from pathlib import Path

import pytest

from projektbot.civic.city import City, read_city
from projektbot.cli import main
from projektbot.config import Settings
from projektbot.errors import SettingsError

SAMPLE = Settings.model_fields["city"].default
HEAD = "name: Musterstadt\noperator: Stadt Musterstadt\ncontact: mail@musterstadt.example\n"


def city_file(folder: Path, text: str) -> Path:
    path = folder / "city.yaml"
    path.write_text(text, "utf-8")
    return path


def problems(path: Path) -> list[str]:
    """Return what is wrong with a city file, without its path."""
    with pytest.raises(SettingsError) as caught:
        read_city(path)
    assert all(problem.startswith(f"{path}: ") for problem in caught.value.problems)
    return [problem.removeprefix(f"{path}: ") for problem in caught.value.problems]


WRONG = """\
name: Musterstadt
operator: Stadt Musterstadt
answer_days: 0
mayor: Frau Muster
colour: green
logo: mark.gif
areas:
  - {code: Nord, name: Nord, inhabitants: 10}
  - {code: sued, name: Süd, inhabitants: -1}
  - {code: sued, name: Süd, inhabitants: 10}
  - {code: west, inhabitants: 10, boundary: [[500, 3], [1, 2], [3, 4]]}
"""


def test_every_mistake_in_a_city_file_is_told(tmp_path: Path) -> None:
    found = problems(city_file(tmp_path, WRONG))

    for place in (
        "areas: the code sued is used twice",
        "contact: ",
        "answer_days: ",
        "mayor: ",
        "colour: write # and six digits",
        "logo: name an SVG or a PNG file",
        "areas.0.code: ",
        "areas.1.inhabitants: ",
        "areas.3.name: ",
        "areas.3.boundary.0.0: ",
    ):
        assert [problem for problem in found if problem.startswith(place)], place
    assert len(found) == 10
    assert not [problem for problem in found if "should" in problem or "Input" in problem]


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_wrong_city_stops_the_program_with_all_its_mistakes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    monkeypatch.setenv("PROJEKTBOT_CITY", str(city_file(tmp_path, WRONG)))
    monkeypatch.setenv("PROJEKTBOT_DATA_DIR", str(tmp_path / "var"))

    code = main([command])

    assert code == 2
    assert capsys.readouterr().err.count("city.yaml: ") == 10
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("by_file", [True, False])
def test_mistakes_of_the_city_are_told_beside_those_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, *, by_file: bool
) -> None:
    city = city_file(tmp_path, WRONG)
    if by_file:
        (tmp_path / "projektbot.toml").write_text(f'city = "{city}"\n', "utf-8")
        monkeypatch.setenv("PROJEKTBOT_CONFIG", str(tmp_path / "projektbot.toml"))
    else:
        monkeypatch.setenv("PROJEKTBOT_CITY", str(city))
    monkeypatch.setenv("PROJEKTBOT_LOG_LEVEL", "loud")

    code = main(["doctor"])

    said = capsys.readouterr().err
    assert code == 2
    assert "PROJEKTBOT_LOG_LEVEL: write debug, info, warning or error" in said
    assert said.count("city.yaml: ") == 10


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file: "),
        ("- a list", "the file: "),
        (f"{HEAD}areas: []\n", "areas: there is none"),
        (f"{HEAD}areas: Nord\n", "areas: "),
        ("name: [", "while parsing"),
    ],
)
def test_a_file_that_is_no_city_is_told(tmp_path: Path, content: str, words: str) -> None:
    found = problems(city_file(tmp_path, content))

    assert found[0].startswith(words)
    assert found[1:] == [] or content in ("", "- a list")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_city(tmp_path / "city.yaml")

    assert caught.value.problems == [f"PROJEKTBOT_CITY: {tmp_path}/city.yaml: No such file or directory"]


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "city.yaml"
    path.write_bytes("name: Köln".encode("latin-1"))

    assert "utf-8" in problems(path)[0]


# ---- how its pages look ------------------------------------------------------------------------------------------


LOOK = f"{HEAD}areas: [{{code: nord, name: Nord, inhabitants: 1}}]\n"


def test_a_logo_lies_beside_the_city_file(tmp_path: Path) -> None:
    (tmp_path / "mark.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')

    city = read_city(city_file(tmp_path, f"{LOOK}logo: mark.svg\ncolour: '#AA0000'\n"))

    assert (city.logo, city.colour) == (tmp_path / "mark.svg", "#aa0000")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mark.png", b"<svg/>", "logo: the file is no PNG"),
        ("mark.svg", b"\x89PNG\r\n\x1a\n", "logo: the file is no SVG"),
        ("mark.svg", b"<svg>" + b" " * 20_000, "logo: the file has 20,005 bytes, and at most 20,000 are shown"),
        ("mark.svg", None, "No such file or directory"),
    ],
)
def test_a_logo_that_cannot_be_shown_is_told(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    [problem] = problems(city_file(tmp_path, f"{LOOK}logo: {name}\n"))

    assert words in problem


# ---- places ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> City:
    """Read the city of the demo."""
    return read_city(SAMPLE)


def test_the_middle_of_each_area_of_the_sample_lies_in_it(sample: City) -> None:
    for area in sample.areas:
        lons, lats = zip(*area.boundary, strict=True)
        assert sample.area_at(sum(lats) / len(lats), sum(lons) / len(lons)) == area.code


def test_a_place_outside_lies_in_no_area(sample: City) -> None:
    for lat, lon in ((0, 0), (12.98, 52.705), (52.705, 13.5), (90, 180), (-52.705, 12.98)):
        assert sample.area_at(lat, lon) == ""


def test_a_place_on_a_common_border_lies_in_exactly_one_area(sample: City) -> None:
    here = [area.code for area in sample.areas if area.contains(52.705, 12.97)]

    assert len(here) == 1


def test_an_area_may_have_a_bay_and_lies_not_in_it() -> None:
    # a U: open to the north
    ring = ((0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3))
    areas = [{"code": "u", "name": "U", "inhabitants": 1, "boundary": ring}]
    city = City.model_validate({"name": "U", "operator": "U", "contact": "U", "areas": areas})

    assert [city.area_at(lat, lon) for lat, lon in ((2, 0.5), (2, 1.5), (2, 2.5), (0.5, 1.5))] == ["u", "", "u", "u"]


def test_an_area_without_a_boundary_is_chosen_by_name_only() -> None:
    areas = [{"code": "a", "name": "A", "inhabitants": 1}]
    city = City.model_validate({"name": "A", "operator": "A", "contact": "A", "areas": areas})

    assert city.area_at(0, 0) == ""
