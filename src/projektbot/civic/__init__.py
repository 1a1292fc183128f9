"""The rooms: one per subject, each with its rules, tables, queries and actions."""
