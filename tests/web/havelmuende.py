"""Twenty projects of the demo's city, as people would write them, sent and published along the road."""

# ruff: noqa: E501 - a project is a line

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from projektbot.civic.staff.rules import Role
from tests.civic.deadlines.test_deadlines import WHOLE_CITY, announces, moves
from tests.civic.projects.town import with_role
from tests.civic.teams.town import at_team, comes, invites, joins
from tests.web.market import Market
from tests.web.painted import painted

FIELDS = {"mobility": 1, "digital": 2, "social": 3, "health": 4, "culture": 5, "nature": 6, "housing": 7, "other": 8}


class Sample(NamedTuple):
    """A project: its field, place (or the number of an area), supporters, and the seed of its picture."""

    title: str
    words: str
    field: str
    where: tuple[float, float] | int
    supporters: int = 0
    cost: str = "/skip"
    seed: int = 0
    size: tuple[int, int] = (1200, 800)


SAMPLES = (
    Sample("Sitzecke vor der Stadtbibliothek", "Drei Tische und ein paar Stühle unter dem Vordach, damit man nach dem Ausleihen noch bleiben kann.", "culture", (52.7101, 12.9822), 4, "900 €"),
    Sample("Sichere Querung an der Mühlenbrücke", "Morgens überqueren hier rund 200 Kinder die Straße. Eine Mittelinsel und ein Tempo-30-Schild würden reichen.", "mobility", (52.6979, 12.9805), 23, "15000 €", 3),
    Sample("Lesepaten für die Grundschule Nordfeld", "Ehrenamtliche lesen einmal in der Woche mit Kindern, die zu Hause kein Deutsch sprechen. Gesucht werden ein Raum und zwölf Menschen mit Geduld.", "culture", 4, 11),
    Sample("Trinkbrunnen am Marktplatz", "Im Sommer stehen wir hier bei 36 Grad in der Sonne. Ein Brunnen hilft allen, die einkaufen, spielen oder warten.", "health", (52.7082, 12.9785), 38, "8500 €", 8),
    Sample("Offene Werkstatt im alten Lokschuppen", "Holz, Metall, Fahrräder: Werkzeug für alle und an jedem Samstag jemand, der zeigt, wie es geht.", "social", (52.7075, 12.9538), 31, "12000 €", 5, (900, 1200)),
    Sample("Bushaltestelle Südhang: ein Dach gegen den Regen", "Wer hier auf die Linie 4 wartet, wird nass. Ein kleines Dach mit Bank und Fahrplan, den man auch im Sitzen lesen kann.", "mobility", (52.6905, 13.0062), 9, "4000 €"),
    Sample("Blühstreifen statt Rasen entlang der Ringstraße", "Zweimal mähen statt zwölfmal, dafür Mohn, Kornblumen und Wiesensalbei. Die Imkerei Lindenhof gibt das Saatgut dazu.", "nature", (52.7063, 13.0043), 17, "600 €", 13, (1400, 700)),
    Sample("Digitale Sprechstunde für Ältere", "Jugendliche erklären dienstags im Seniorentreff, wie man Fotos verschickt, einen Termin im Bürgeramt bucht und Betrug erkennt.", "digital", 3, 14),
    Sample("Bolzplatz Gartenstadt: neues Netz und Licht bis 21 Uhr", "Die Tore haben seit zwei Jahren kein Netz mehr. Mit Licht könnten wir auch im Herbst nach der Ausbildung spielen.", "social", (52.7245, 12.9462), 27, "3200 €"),
    Sample("Reparaturcafé in der Alten Feuerwache", "Einmal im Monat bringen wir zusammen Toaster, Hosen und Fahrräder in Ordnung. Kaffee gibt es auch.", "social", (52.7055, 12.9865), 19, "750 €", 21),
    Sample("Mehr Schatten auf dem Spielplatz Hafenstraße", "Sechs Linden an der Südseite. Bis sie groß sind, ein Sonnensegel über dem Sandkasten.", "nature", (52.7088, 12.9601), 42, "5400 €", 34),
    Sample("Nachbarschaftsgarten auf dem Parkdeck", "Das oberste Deck steht leer. Zwanzig Hochbeete, eine Regentonne und ein Tisch für alle, die gern zusammen gärtnern.", "nature", (52.7195, 12.9798), 29, "2800 €", 55),
    Sample("Fahrradbügel am Bahnhof Nord", "Vierzig Bügel fehlen, wenn man abends nachzählt. Am besten überdacht und gut beleuchtet.", "mobility", (52.7302, 12.9745), 16, "6000 €"),
    Sample("Erzählcafé: wie die Insel früher war", "Die letzten Müller und Fischerinnen erzählen, Jugendliche nehmen auf. Daraus wird eine Hörstation am Ufer.", "culture", (52.6938, 12.9790), 12, "1500 €", 89, (1000, 1000)),
    Sample("Ein Zebrastreifen für die Lindenallee", "Zwischen Kita und Supermarkt gibt es auf 400 Metern keine sichere Stelle zum Überqueren.", "mobility", (52.7118, 13.0005), 33, "2500 €"),
    Sample("Badestelle mit flachem Einstieg", "Mit Kinderwagen und Rollstuhl bis ans Wasser: eine Rampe, ein Handlauf, eine Bank im Schatten.", "health", (52.6915, 12.9838), 48, "18000 €", 144),
    Sample("Freies WLAN im Bürgerhaus", "Für Hausaufgaben, Bewerbungen und alle, die kein Datenvolumen mehr haben. Freifunk Havelmünde richtet es ein.", "digital", (52.7042, 12.9772), 8, "400 €"),
    Sample("Mieterberatung vor Ort", "Alle zwei Wochen eine Stunde im Stadtteilladen: Briefe verstehen, Fristen einhalten, Nebenkosten prüfen.", "housing", 1, 21, "1200 €"),
    Sample("Wandbild am Pumpwerk", "Vierzig Meter grauer Beton am Uferweg. Die Jugendkunstschule hat schon drei Entwürfe gezeichnet.", "culture", (52.7048, 12.9655), 24, "3500 €", 233, (1500, 700)),
    Sample("Bänke entlang der Uferpromenade", "Alle 200 Meter eine Bank mit Lehne und Armstützen, damit auch meine Mutter wieder bis zur Schleuse gehen kann.", "nature", (52.7030, 12.9810), 57, "7000 €", 377),
)  # fmt: skip
DEADLINES = (
    ("Kiezkasse: Vorschläge für das nächste Jahr", 9, "Altstadt"),
    ("Baumpatenschaften", 24, WHOLE_CITY),
    ("Ehrenamtsmittel: Material für Kinder- und Jugendprojekte", 41, WHOLE_CITY),
)
BENCHES = (
    "Wo sollen die Bänke genau stehen? An der Kurve vor dem Ruderclub ist es zu eng.",
    "Bitte auch an Menschen denken, die nicht gut sehen: Die Lehnen sollten sich vom Weg abheben.",
    "Der Heimatverein würde zwei Bänke streichen und pflegen.",
)
ANSWERED = (
    "Vielen Dank! Das Grünflächenamt hat sich den Weg mit der Seniorenvertretung angesehen. Neun Standorte sind möglich.\n"
    "Die ersten vier Bänke stellen wir im September auf, die übrigen, wenn der Haushalt für das nächste Jahr beschlossen "
    "ist."
)


async def fill(market: Market) -> str:
    """Let everything happen over some weeks; return the reference of the newest project."""
    ref = ""
    for sample in SAMPLES:
        ref = await _one(market, sample)
        market.town.clock.advance(timedelta(days=1, hours=5))
    for words, name in zip(BENCHES, ("mara", "jonas", "verein"), strict=True):
        await market.comments(ref, words, by=name)
        market.town.clock.advance(timedelta(days=1))
    await market.comments(ref, "Am Ruderclub kann die Bank gern auf die andere Seite.", by=f"author{market.last}")
    await market.answers(ref, ANSWERED)
    await _team(market, ref)
    await _deadlines(market)
    await market.answers("P-1011", "Die Linden sind bestellt. Das Sonnensegel kommt schon zu Beginn der Sommerferien.")
    return ref


async def _deadlines(market: Market) -> None:
    carla = await with_role(market.town, "carla", Role.CASEWORKER)
    today = market.town.clock.now().date()
    for title, days, area in DEADLINES:
        await announces(carla, title, day=(today + timedelta(days=days)).isoformat(), area=area)
    await moves(carla, (today + timedelta(days=16)).isoformat(), "Die Kiezversammlung tagt eine Woche später.")


async def _team(market: Market, ref: str) -> None:
    lead = market.town.person(f"author{market.last}")
    await joins(market.town.person("jonas"), lead, "Jonas", ref)
    await comes(market.town.person("verein"), await invites(lead, ref=ref), "Ruderclub")
    await at_team(lead, "What we have and need", "We need something", ref=ref)
    await lead.says("Ein Anhänger für Bretter", "/skip")


async def _one(market: Market, sample: Sample) -> str:
    place = sample.where if isinstance(sample.where, tuple) else None
    ref = await market.shows(
        sample.title,
        sample.words,
        number=FIELDS[sample.field],
        area=str(sample.where),
        place=place,
        cost=sample.cost,
        photo=painted(sample.seed, *sample.size) if sample.seed else None,
    )
    await market.supports(ref, *[f"neighbour{number}" for number in range(sample.supporters)])
    return ref
