"""Tests of the bars of a model of styles."""
