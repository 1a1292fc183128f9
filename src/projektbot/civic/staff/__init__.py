"""Staff: who acts for the city, and where."""
