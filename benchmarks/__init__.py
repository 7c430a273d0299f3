"""Benchmarks of Antiphon, beside the tests and not in what is installed."""
