"""Settings: everything out of range is refused, with the flag and the range."""

import pytest

from midi.errors import InputError
from realtime.settings import Settings, flags_of


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


def test_a_seed_is_0_until_one_is_given() -> None:
    assert [Settings().seed, Settings(rng_seed=0).seed, Settings(rng_seed=7).seed] == [0, 0, 7]


def test_flags_tell_the_mode_the_seed_and_what_is_not_by_default() -> None:
    settings = Settings(rng_seed=7, split=60, thru=True)
    assert flags_of(settings) == "--mode reply --rng-seed 7 --thru on --split C4"


def test_a_change_while_playing_keeps_the_seed() -> None:
    assert Settings(rng_seed=7).changed("temperature", 1.2).seed == 7
