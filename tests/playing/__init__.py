"""Playing transcripts: one story, told the same way on every messenger."""
