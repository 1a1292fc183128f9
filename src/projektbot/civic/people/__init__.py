"""People: what is stored about a person, and their rights over it."""
