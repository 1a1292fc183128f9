"""Matrix: one user of a homeserver as one of our channels. Translates, decides nothing."""

from projektbot.channels.matrix.channel import MatrixChannel

__all__ = ["MatrixChannel"]
