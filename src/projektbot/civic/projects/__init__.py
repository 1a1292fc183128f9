"""Projects: from the first idea on."""
