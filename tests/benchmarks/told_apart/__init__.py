"""Tests of the judge that tells answers from what really followed."""
