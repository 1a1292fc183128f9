"""Tests of what is handed out as a file."""
