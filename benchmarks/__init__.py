"""Benchmarks and their tables, run by make targets in a checkout. Not installed: nothing that is imports them."""
