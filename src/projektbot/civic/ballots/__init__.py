"""Ballots: who has voted, and, kept apart from that, what was voted."""
