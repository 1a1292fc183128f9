"""The road of every message: a batch of updates, the engine, the actions, one transaction."""

from projektbot.turns.road import Turns

__all__ = ["Turns"]
