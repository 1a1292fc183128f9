"""The map: where places are on it, and boundaries of any kind."""

from __future__ import annotations

import math

import pytest

from projektbot.civic.city import Area, City, read_city
from projektbot.config import Settings
from projektbot.web.town_map import LONGEST, Dot, town_map


def a_city(*boundaries: tuple[tuple[float, float], ...]) -> City:
    areas = [Area(code=f"a{n}", name=f"A{n}", inhabitants=1, boundary=ring) for n, ring in enumerate(boundaries)]
    return City(name="X", operator="X", contact="x@x.example", areas=tuple(areas))


def test_north_is_up_and_east_is_right_and_a_kilometre_is_one_both_ways() -> None:
    town = town_map(read_city(Settings.model_fields["city"].default))
    x, y = town.at(52.705, 12.98)

    north, east = (
        town.at(52.705 + 1 / 111.32, 12.98),
        town.at(52.705, 12.98 + 1 / 111.32 / math.cos(math.radians(52.71))),
    )

    assert (north[0], east[1]) == (x, y)
    assert north[1] < y
    assert east[0] > x
    assert y - north[1] == pytest.approx(east[0] - x, abs=0.3)


def test_a_city_without_boundaries_has_no_map() -> None:
    assert town_map(a_city()).drawn() is None
    assert town_map(a_city(())).drawn() is None


@pytest.mark.parametrize("ring", [((13.0, 52.0),), ((13.0, 52.0), (13.1, 52.0)), ((13.0, 52.0),) * 4])
def test_a_boundary_that_encloses_nothing_is_drawn_all_the_same(ring: tuple[tuple[float, float], ...]) -> None:
    drawn = town_map(a_city(ring)).drawn()

    assert drawn is not None
    assert max(drawn.width, drawn.height) <= LONGEST


def test_bends_nobody_would_see_are_left_out() -> None:
    circle = tuple(
        (13 + math.cos(angle / 1000) / 10, 52 + math.sin(angle / 1000) / 10) for angle in range(round(2000 * math.pi))
    )

    drawn = town_map(a_city(circle)).drawn()

    assert drawn is not None
    assert 20 < drawn.areas[0].path.count("L") < 120


def test_a_place_far_away_is_not_on_the_map() -> None:
    town = town_map(read_city(Settings.model_fields["city"].default))

    drawn = town.drawn([Dot("P-1", "Here", 52.705, 12.98), Dot("P-2", "Far", 48.1, 11.5)], [(48.1, 11.5)])

    assert drawn is not None
    assert [dot.ref for dot in drawn.dots] == ["P-1"]
    assert drawn.places == ""
