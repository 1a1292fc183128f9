"""Measures the program side by side with others; figures are ratios of one run. See README.md."""
