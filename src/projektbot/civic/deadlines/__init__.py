"""Deadlines of the city: until when something may be sent in."""
