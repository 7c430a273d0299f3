"""Numbers of flags, refused outside their range in one line."""

import argparse
import math


def number_from(text: str, most: float = math.inf, least: float = 0.0, kind: type[float] = float) -> float:
    """A flag's number from `least` to `most`; `kind`: float or int.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    try:
        number = kind(text)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        what = "a whole number" if kind is int else "a number"
        ends = f"from {least:g} to {most:g}" if most < math.inf else f"of {least:g} or more"
        raise argparse.ArgumentTypeError(f"{text!r} is not {what} {ends}")
    return number
