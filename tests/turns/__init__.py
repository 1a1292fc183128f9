"""The road: whatever comes in, one transaction, words back, nothing lost."""
