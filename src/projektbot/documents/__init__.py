"""Documents: what is handed out as a file."""
