"""Settings: everything out of range is refused, with the flag and the range."""

import pytest

from midi.errors import InputError
from realtime.settings import Settings


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"bpm": 0}, "--bpm 0 is out of range: it takes 20 to 400"),
        ({"bpm": float("nan")}, "--bpm nan"),
        ({"temperature": -0.1}, "--temperature -0.1 is out of range: it takes 0 to 3"),
        ({"channel": 17}, "--channel 17 is out of range: it takes 1 to 16"),
        ({"channel": 0}, "--channel 0"),
        ({"bars": 0}, "--bars 0"),
        ({"rng_seed": -1}, "--rng-seed -1"),
        ({"lookahead": -5}, "--lookahead -5"),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_range(setting: dict[str, float], message: str) -> None:
    with pytest.raises(InputError) as caught:
        Settings(**setting)  # type: ignore[arg-type]
    assert message in str(caught.value)
