"""The Matrix channel: pure translation by hand-made events, the rest against a real Synapse."""
