"""Tests of the demonstrations of a model of styles."""
