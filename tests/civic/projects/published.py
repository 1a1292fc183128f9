"""Public projects for tests of questions about many: rows as publishing leaves them."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from projektbot.civic.projects.tables import projects

ROW = {"person_id": None, "kind": "new", "field": "nature", "locale": "de", "channel": "desk", "created_at": 1}


def publish(db: Connection, number: int, title: str, description: str = "", **more: object) -> None:
    """Store a public project."""
    words = {"title": title, "description": description, "area": "altstadt", "stage": "published"}
    db.execute(insert(projects), {**ROW, **words, "number": number, "published_at": number, **more})
