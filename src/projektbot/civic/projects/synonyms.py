"""Words that mean alike where people write ideas for a city: data, in German, folded and without endings.

A word belongs to a line if it is one of its entries, or ends or begins with one of at least four letters ("sitzbank",
"bankreihe"). Add what is so in any German town; names of rivers, streets and districts are no synonyms.
"""

from __future__ import annotations

from typing import Final

_LINES: Final = """
    zebrastreif uberweg ubergang querung querungshilf
    ampel lichtsignal
    bank banke sitzbank sitzgelegenheit sitzplatz sitzmobel sitzmoglichkeit
    spielplatz spielgerat spielflach spielanlag
    mulleim papierkorb papierkorb abfalleim abfallkorb mullbehalt abfallbehalt
    mull abfall
    fahrrad rad rader velo
    radweg radstreif radspur radfahrstreif fahrradweg fahrradstreif fahrradspur fahrradstrass
    fahrradstand radstand fahrradbugel abstellplatz abstellanlag fahrradparkplatz
    lastenrad lastenfahrrad cargobike
    bus haltestell bushaltestell
    tempo verkehrsberuhig verkehrsberuhigung geschwindigkeit spielstrass
    ladestation ladesaul ladepunkt
    parkplatz stellplatz
    barrierefrei rollstuhl rollstuhlgerecht stufenlos
    rampe aufzug lift
    wlan internet wifi hotspot
    bibliothek bucherei mediathek
    bucherschrank bucherregal buchertausch buchertauschregal tauschregal
    repair reparatur reparier
    cafe treff treffpunkt klub club begegnungsstatt
    kita kindergart kindertagesstatt
    schul grundschul oberschul
    jugendlich jugend teenager
    senior rentner altere
    fluchtling gefluchtet
    nachbarschaft kiez quartier stadtteil gemeinschaft
    toilett wc klo
    beleuchtung latern lampe licht strassenlatern
    trinkbrunn trinkwasser trinkwasserbrunn wasserspend
    hochbeet beet gart gemeinschaftsgart
    begrun begrunung bepflanz pflanz
    blum wildblum bluhwies blumenwies wildblumenwies
    park parkanlag grunanlag grunflach
    fluss ufer flussufer wasser
    see badesee
    markt marktplatz
    bahnhof bahn
    hund hundeauslauf hundewies hundeplatz
    grill grillplatz feuerstell
    fest feier
    chor sing
    rathaus burgeramt
"""
GROUPS: Final = tuple(tuple(dict.fromkeys(line.split())) for line in _LINES.strip().splitlines())
