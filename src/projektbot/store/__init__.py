"""The database: opening it, writing to it in groups, the tables of the road."""
