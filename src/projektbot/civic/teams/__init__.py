"""Teams: who does a project together, with which partners, and what teams lend each other."""
