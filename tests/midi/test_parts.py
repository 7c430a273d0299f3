import pytest

from midi.parts import MELODIC_CHANNELS, Kind, kind_of_channel


@pytest.mark.parametrize(("channel", "kind"), [(0, Kind.MELODIC), (9, Kind.DRUMS), (25, Kind.DRUMS)])
def test_only_channel_10_of_a_port_is_taken_for_drums(channel: int, kind: Kind) -> None:
    assert kind_of_channel(channel) is kind


def test_fifteen_channels_of_a_port_are_melodic() -> None:
    assert (*range(9), *range(10, 16)) == MELODIC_CHANNELS
