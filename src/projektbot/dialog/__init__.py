"""Conversations as data, and the engine that plays them. Pure: no network, no database, no clock."""
