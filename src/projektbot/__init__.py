"""projektbot: taking part in one's city by messenger."""
