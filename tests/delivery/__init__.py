"""The delivery, played with a clock of our own, a real store and a channel that fails when it is told to."""
