"""Committed outbox rows go out to the channels: in order, within the platforms' limits, none lost, none twice."""

from projektbot.delivery.delivery import Delivery

__all__ = ["Delivery"]
