"""Places that are written or pasted."""

from __future__ import annotations

import pytest

from projektbot.dialog.answers import Accepted, Wrong
from projektbot.dialog.model import Type
from tests.dialog.asking import read


@pytest.mark.parametrize(
    ("words", "lat", "lon"),
    [
        ("52.43, 13.54", 52.43, 13.54),
        ("52.43,13.54", 52.43, 13.54),
        ("52.43 13.54", 52.43, 13.54),
        ("52,43; 13,54", 52.43, 13.54),
        ("52,43 13,54", 52.43, 13.54),
        ("52,43, 13,54", 52.43, 13.54),
        ("-33.9, +18.4", -33.9, 18.4),
        ("٥٢.٤٣, ١٣.٥٤", 52.43, 13.54),
        ("geo:52.43,13.54", 52.43, 13.54),
        ("geo:52.43,13.54;u=35", 52.43, 13.54),
        ("geo:52.43,13.54?z=15", 52.43, 13.54),
        ("52°26'N 13°32'E", 52.433333, 13.533333),
        ("52°26'N 13°32'O", 52.433333, 13.533333),
        ("52° 26′ 30″ N, 13° 32′ 15″ E", 52.441667, 13.5375),
        ("52°26'30\"N 13°32'15\"W", 52.441667, -13.5375),
        ("N 52° 26.5' E 13° 32'", 52.441667, 13.533333),
        ("52.43°N 13.54°E", 52.43, 13.54),
        ("33.9 S, 18.4 E", -33.9, 18.4),
        ("https://www.openstreetmap.org/?mlat=52.43&mlon=13.54#map=15/52.1/13.1", 52.43, 13.54),
        ("https://www.openstreetmap.org/#map=15/52.43/13.54", 52.43, 13.54),
        ("https://www.google.com/maps/@52.43,13.54,15z", 52.43, 13.54),
        ("https://www.google.de/maps/place/Rathaus/@52.1,13.1,17z/data=!3m1!4b1!4m5!3d52.43!4d13.54", 52.43, 13.54),
        ("https://maps.google.com/?q=52.43%2C13.54", 52.43, 13.54),
        ("https://www.google.com/maps/search/?api=1&query=52.43,13.54", 52.43, 13.54),
        ("https://www.google.com/maps/search/52.43,+13.54", 52.43, 13.54),
        ("https://maps.apple.com/?ll=52.43,13.54&q=Rathaus", 52.43, 13.54),
        ("Rathaus Köpenick\nhttps://maps.google.com/?q=52.43,13.54", 52.43, 13.54),
    ],
)
def test_a_place_is_read_however_it_is_pasted(words: str, lat: float, lon: float) -> None:
    assert read(Type.GEOPOINT, words) == Accepted({"lat": lat, "lon": lon})


@pytest.mark.parametrize("words", ["91, 13", "-52, 181", "geo:100,200", "https://maps.google.com/?q=152.43,13.54"])
def test_a_place_lies_on_earth(words: str) -> None:
    reading = read(Type.GEOPOINT, words)

    assert isinstance(reading, Wrong)
    assert reading.text.msgid == "These coordinates lie outside the map. Please check them once more."


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Rathaus",
        "52.43",
        "https://maps.app.goo.gl/abc",
        "https://",
        "nan, nan",
        "inf,inf",
        "52°61'N 13°32'E",
        "9" * 50_000,
        "1," * 900,
    ],
)
def test_what_names_no_place_is_asked_again(words: str) -> None:
    reading = read(Type.GEOPOINT, words)

    assert isinstance(reading, Wrong)
    assert reading.text.msgid.startswith("I found no place in this.")


def test_o_is_east_in_german_alone() -> None:
    assert isinstance(read(Type.GEOPOINT, "52°26'N 13°32'O", "fr"), Wrong)
