"""A sample city as data."""
