"""Telegram: pure parts with captured updates, the rest over the strict Bot API server."""
