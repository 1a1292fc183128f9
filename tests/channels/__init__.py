"""The channels, each against the strictest server there is."""
