"""Staff: roles, and what each may do."""
