"""Titles of ideas as people in a German city write them: some say the same in other words, most say nothing alike.

Written before the matching was, and not changed to please it. `PAIRS` and `OTHERS` are the forty it was improved on;
`UNSEEN_PAIRS` and `UNSEEN_OTHERS` were put aside until it was done.
"""

from __future__ import annotations

PAIRS = (
    ("Zebrastreifen vor der Grundschule", "Sicherer Überweg an der Schule"),
    ("Bänke am Flussufer", "Mehr Sitzgelegenheiten entlang der Spree"),
    ("Neue Geräte für den Spielplatz im Stadtpark", "Spielplatz am Park erneuern"),
    ("Trinkwasserbrunnen auf dem Marktplatz", "Trinkbrunnen am Markt"),
    ("Fahrradständer am S-Bahnhof", "Abstellplätze für Räder am Bahnhof"),
    ("Tempo 30 in der Lindenstraße", "Lindenstraße verkehrsberuhigen"),
    ("Hochbeete für die Nachbarschaft", "Gemeinschaftsgarten mit Hochbeeten"),
    ("Mülleimer im Volkspark", "Mehr Papierkörbe für den Park"),
    ("Repair-Café im Kiezklub", "Reparaturtreff im Nachbarschaftshaus"),
    ("WLAN in der Stadtteilbibliothek", "Freies Internet in der Bücherei"),
)
OTHERS = (
    "Wildblumenwiese am Friedhof",
    "Deutschkurse für Geflüchtete",
    "Beleuchtung des Uferwegs",
    "Öffentliche Toilette am Hafen",
    "Hundeauslauf hinter dem Sportplatz",
    "Theaterabende für Senioren",
    "Lastenrad zum Ausleihen",
    "Wandbild an der Unterführung",
    "Notfallpläne bei Hitze",
    "Bücherschrank vor der Kirche",
    "Skateanlage für Jugendliche",
    "Barrierefreier Eingang zum Rathaus",
    "Bäume in der Breiten Straße nachpflanzen",
    "Digitale Terminvergabe im Bürgeramt",
    "Sommerfest der Vereine",
    "Schwimmkurse für Grundschüler",
    "Nistkästen für Mauersegler",
    "Carsharing-Stellplatz am Neubaugebiet",
    "Chor für alle Generationen",
    "Entsiegelung des Schulhofs",
)

UNSEEN_PAIRS = (
    ("Fußgängerampel an der Kita", "Ampel für Fußgänger beim Kindergarten"),
    ("Tischtennisplatten im Schlosspark", "Tischtennis im Schlossgarten"),
    ("Radweg auf der Bahnhofstraße", "Fahrradstreifen in der Bahnhofstraße"),
    ("Öffentlicher Bücherschrank am Rathausplatz", "Büchertauschregal vor dem Rathaus"),
    ("Mehr Bäume auf dem Schulhof", "Schulhof begrünen"),
    ("Straßenlaternen im Birkenweg", "Bessere Beleuchtung im Birkenweg"),
    ("Toiletten am Badesee", "Öffentliches WC am See"),
    ("Treffpunkt für Jugendliche", "Jugendclub für den Kiez"),
    ("Rampe am Eingang der Bibliothek", "Barrierefreier Zugang zur Bibliothek"),
    ("Grillplatz am Kanal", "Feuerstelle zum Grillen am Kanalufer"),
)
UNSEEN_OTHERS = (
    "Imkerkurs auf dem Dach der Volkshochschule",
    "Stolpersteine reinigen und erklären",
    "Ladesäulen in Wohngebieten",
    "Nachtbus am Wochenende",
    "Flohmarkt im Hinterhof",
    "Erste-Hilfe-Kurse für Eltern",
    "Regenwasser von Dächern sammeln",
    "Open-Air-Kino im Steinbruch",
    "Hausaufgabenhilfe nach der Schule",
    "Schach für Anfänger",
    "Apfelbäume zum Mitnehmen",
    "Lärmschutzwand an der Autobahn",
    "Mitfahrbank ins Nachbardorf",
    "Ausstellung zur Ortsgeschichte",
    "Boule-Bahn am Deich",
    "Mehrsprachige Wegweiser im Krankenhaus",
    "Taschengeldbörse für Schüler",
    "Drohnenverbot über dem Naturschutzgebiet",
    "Gebärdensprache bei Sitzungen",
    "Fassaden von Graffiti befreien",
)
