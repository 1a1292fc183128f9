"""Everything that must be true of projektbot; the tree follows src/projektbot."""
