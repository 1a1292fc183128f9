"""What a turn raises, before it has written anything, to be given once more in a moment."""

from __future__ import annotations


class Unsettled(Exception):
    """Somebody answers a message whose id on the platform is not known yet."""
