"""The number of examples of a costly property, by the profile of the run."""

from hypothesis import settings

USUAL = settings.get_profile("fixed").max_examples
"""The examples of a property that says nothing of their number, where no other profile was asked for."""


def examples(usual: int) -> int:
    """So many examples usually; as many more, or fewer, as `make nightly` and `make check` draw of every property."""
    return max(1, settings().max_examples * usual // USUAL)
