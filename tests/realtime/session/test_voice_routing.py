"""Several musicians: who plays, what each engine is told, and the time that all keep."""

import re
from pathlib import Path

import mido
import pytest

from midi.arrivals import Arrived
from midi.errors import InputError
from midi.message import is_note_on
from realtime.live.open_ports import PortOptions
from realtime.messages import CountedIn, TempoEstimate, TransportState
from realtime.session.recorder import Recorder
from realtime.session.session import Session
from realtime.session.transport.clock import CLOCK, START
from realtime.session.voice_routing import CHANNELS, MOST_VOICES, PORT, VoiceRouting
from realtime.settings import Settings
from realtime.verbs.saving import save_session

MS = 1_000_000


def test_alone_every_channel_is_the_musicians() -> None:
    assert [VoiceRouting().voice(0, channel) for channel in range(16)] == [0] * 16


def test_by_channel_each_plays_on_their_own_and_nobody_on_the_others() -> None:
    routing = VoiceRouting(11)
    assert [routing.voice(0, channel) for channel in range(16)] == [*range(9), None, 9, 10, None, None, None, None]
    assert routing.ports == 1
    channels = [settings.channel for settings in routing.settings(Settings())]
    assert channels == [*range(1, 10), 11, 12]
    assert routing.lines(()) == ["  11 voices, on channels 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12"]


def test_by_port_each_is_told_by_the_input_and_a_seed_phrase_is_the_firsts() -> None:
    routing = VoiceRouting(3, PORT)
    assert [routing.voice(place, 5) for place in range(4)] == [0, 1, 2, 0]
    assert routing.ports == 3
    assert [settings.channel for settings in routing.settings(Settings())] == [None] * 3
    assert [settings.channel for settings in routing.settings(Settings(channel=4))] == [4] * 3


def test_each_plays_other_notes() -> None:
    seeds = [settings.rng_seed for settings in VoiceRouting(4).settings(Settings(rng_seed=2**63 - 2))]
    assert seeds == [2**63 - 2, 2**63 - 1, 0, 1]


def test_there_can_be_as_many_as_are_allowed() -> None:
    assert VoiceRouting(MOST_VOICES, PORT).ports == MOST_VOICES
    assert VoiceRouting(len(CHANNELS)).voices == len(CHANNELS)


@pytest.mark.parametrize(
    ("count", "by", "told"),
    [(0, "channel", "1 to 64"), (65, PORT, "1 to 64"), (len(CHANNELS) + 1, "channel", "--voices-by port")],
)
def test_a_number_of_voices_that_cannot_be_is_refused(count: int, by: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        VoiceRouting(count, by)


def test_voices_told_apart_by_channel_cannot_share_one() -> None:
    with pytest.raises(InputError, match="channel cannot be set"):
        VoiceRouting(2).settings(Settings(channel=3))
    with pytest.raises(InputError, match="channel cannot be set"):
        VoiceRouting(2).changing("channel")
    assert list(VoiceRouting(2, PORT).changing("channel")) == [0, 1]
    assert list(VoiceRouting(1).changing("channel")) == [0]


def test_what_is_typed_is_for_all_or_for_one_but_time_is_for_all() -> None:
    routing = VoiceRouting(3)
    assert list(routing.changing("mode")) == list(routing.changing("bpm")) == [0, 1, 2]
    assert list(routing.changing("mode", 1)) == [1]
    assert list(VoiceRouting(1).changing("bpm", 0)) == [0]
    for voice in (-1, 3):
        with pytest.raises(InputError, match="from 1 to 3"):
            routing.changing("mode", voice)
    with pytest.raises(InputError, match="same for all"):
        routing.changing("bpm", 1)


@pytest.mark.parametrize(
    ("named", "ports", "told"),
    [(["a", "b"], 1, "one port"), (["a", "b"], 3, "3 ports"), (["a", "a"], 2, "twice")],
)
def test_ports_are_named_once_for_each_voice(named: list[str], ports: int, told: str) -> None:
    for flag, options in (("--in", {"in_ports": named}), ("--out", {"out_ports": named})):
        with pytest.raises(InputError, match=rf"{re.escape(flag)}.*{told}"):
            PortOptions(**options, ports=ports)  # type: ignore[arg-type]


def beside(**settings: object) -> Session:
    """Two musicians, on channels 1 and 2."""
    asked = Settings(**settings)  # type: ignore[arg-type]
    return Session((asked, asked), 0, VoiceRouting(2))


def test_all_keep_one_time_and_hear_of_it() -> None:
    session = beside(sync="clock")
    for at_ns, data in [(0, bytes((START,))), *((count * 20 * MS, bytes((CLOCK,))) for count in range(50))]:
        session.take([("in", Arrived(at_ns, data))], at_ns)
    states = [
        [message for message in messages if isinstance(message, TransportState)] for _, messages in session.to_engine()
    ]
    assert states[0] == states[1]
    assert states[0][-1].bpm == pytest.approx(125, rel=0.01)


def test_the_beat_is_taken_from_the_first_musician() -> None:
    session = beside()
    states = [
        next(message for message in messages if isinstance(message, TransportState))
        for messages in session.introductions(0)
    ]
    assert [state.is_free for state in states] == [True, False]
    session.receive(1, TempoEstimate(90.0, 0, 0), 0)
    assert float(session.transport.tempo.bpm) == 120
    session.receive(0, TempoEstimate(90.0, 0, 0), 0)
    assert float(session.transport.tempo.bpm) == 90


def test_one_count_in_is_enough() -> None:
    session = beside(count_in=1)
    session.begin()
    session.take((), 0)
    starts = [
        [message.starts_at for message in messages if isinstance(message, CountedIn)]
        for _, messages in session.to_engine()
    ]
    assert len(starts[0]) == 1
    assert starts[0] == starts[1], "but all wait for its end"
    clicks = [[send for send in session.due(part, 10_000 * MS) if is_note_on(send.data)] for part in (0, 1)]
    assert [len(of_part) for of_part in clicks] == [4, 0]


def test_a_session_has_two_tracks_for_each(tmp_path: Path) -> None:
    recorders = [Recorder(), Recorder(), Recorder()]
    for voice, recorder in enumerate(recorders[:2]):
        recorder.record(bytes((0x90 | voice, 60 + voice, 70)), (1_000 + 500 * voice) * MS, human=voice == 0)
    save_session(tmp_path / "s.mid", recorders, 120, 3_000 * MS)
    tracks = mido.MidiFile(tmp_path / "s.mid").tracks[1:]
    assert [track.name for track in tracks] == [
        "Human 1", "Antiphon 1", "Human 2", "Antiphon 2", "Human 3", "Antiphon 3",
    ]  # fmt: skip
    notes = [[(one.note, one.time) for one in track if one.type == "note_on"] for track in tracks]
    assert notes == [[(60, 0)], [], [], [(61, 480)], [], []]
