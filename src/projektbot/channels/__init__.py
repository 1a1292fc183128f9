"""The messengers: each translates, none decides."""
