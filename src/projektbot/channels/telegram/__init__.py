"""Telegram: a bot account as one of our channels. Translates, decides nothing."""

from projektbot.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
