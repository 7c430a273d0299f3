"""A count-in: clicks that nothing but a mode, a stop and the end cut short, and music on the bar after them."""

from itertools import pairwise

import pytest

from exported.onnx_model import OnnxModel
from midi.message import NOTE_OFF, NOTE_ON
from midi.meter import METERS, bar_ticks
from midi.notes import DRUM_CHANNEL, TICKS_PER_BEAT, Note
from midi.tempo import Tempo
from realtime.improviser.engine import Engine
from realtime.messages import CountedIn, ListenFrom
from realtime.offline import Offline
from realtime.session.session import Session
from realtime.settings import Settings
from realtime.timed import Timed, performed

MS = 1_000_000
S = 1_000 * MS
TEMPO = Tempo.of(120)
BEAT_NS = 500 * MS
KEYS = performed([Note(12 * index, 10, 60 + index % 5, 70) for index in range(24)], TEMPO)
CLOCK, START, STOP = bytes((0xF8,)), bytes((0xFA,)), bytes((0xFC,))


def playing(model: OnnxModel, human: list[Timed], until_ns: int, **chosen: object) -> Offline:
    offline = Offline(Engine(model, Settings(**{"bpm": 120.0, "count_in": 2} | chosen)))  # type: ignore[arg-type]
    offline.perform(human, until_ns)
    return offline


def clicks(offline: Offline) -> list[int]:
    """When each began, in ns."""
    return [at_ns for at_ns, data in offline.sent if data[0] == NOTE_ON | DRUM_CHANNEL]


def music(offline: Offline) -> list[int]:
    """When each note began, in ns."""
    return [at_ns for at_ns, data in offline.sent if data[0] & 0xF0 == NOTE_ON and data[0] & 0x0F != DRUM_CHANNEL]


def assert_clicks_end(offline: Offline) -> None:
    ends = [data for _, data in offline.sent if data[0] == NOTE_OFF | DRUM_CHANNEL]
    assert len(ends) == len(clicks(offline))


@pytest.mark.parametrize("meter", ["4/4", "3/4", "6/8"])
@pytest.mark.parametrize("mode", ["solo", "accompany"])
def test_music_begins_on_the_bar_after_the_clicks(model: OnnxModel, mode: str, meter: str) -> None:
    offline = playing(model, KEYS, 20 * S, mode=mode, meter=meter)
    beats, unit = (int(part) for part in meter.split("/"))
    bar = bar_ticks(METERS.index((beats, unit)))
    ticks = [TEMPO.tick_at(at_ns) for at_ns in clicks(offline)]
    assert ticks[0] <= TICKS_PER_BEAT
    assert len(ticks) == 2 * beats, "the keys did not kill it"
    assert {later - earlier for earlier, later in pairwise(ticks)} == {4 * TICKS_PER_BEAT // unit}
    assert TEMPO.tick_at(music(offline)[0]) == ticks[0] + 2 * bar
    assert_clicks_end(offline)


def test_keys_during_the_count_are_heard(model: OnnxModel) -> None:
    human = [one for one in KEYS if one.at_ns <= 3 * S]
    offline = playing(model, human, 3 * S, mode="accompany")
    assert len(offline.engine.ring) == sum(data[0] & 0xF0 == NOTE_ON for _, data in human)
    assert music(offline) == []


def test_an_accompaniment_without_keys_waits_for_the_first(model: OnnxModel) -> None:
    late = [Timed(at_ns + 8 * S, data) for at_ns, data in KEYS]
    offline = playing(model, late, 12 * S, mode="accompany")
    assert min(music(offline)) >= 8 * S


def test_a_reply_waits_for_the_end_of_the_count(model: OnnxModel) -> None:
    offline = playing(model, KEYS[:8], 20 * S, mode="reply")
    assert len(clicks(offline)) == 8
    assert TEMPO.tick_at(music(offline)[0]) == TEMPO.tick_at(clicks(offline)[0]) + 2 * 96


def test_a_new_tempo_moves_the_clicks_that_are_left(model: OnnxModel) -> None:
    offline = playing(model, [], 1_800 * MS, mode="solo")
    offline.change("bpm", "240")
    offline.perform([], 10 * S)
    steps = [later - earlier for earlier, later in pairwise(clicks(offline))]
    assert len(steps) == 7
    assert steps[:2] == pytest.approx([BEAT_NS] * 2, abs=MS)
    assert steps[-3:] == pytest.approx([BEAT_NS // 2] * 3, abs=MS)
    assert music(offline)[0] - clicks(offline)[-1] == pytest.approx(BEAT_NS // 2, abs=MS)


def test_another_mode_ends_the_count(model: OnnxModel) -> None:
    offline = playing(model, [], S, mode="accompany", count_in=8)
    before = len(clicks(offline))
    offline.change("mode", "solo")
    offline.perform([], 4 * S)
    assert len(clicks(offline)) == before
    assert music(offline)[0] < S + 2 * BEAT_NS
    assert_clicks_end(offline)


def test_a_count_waits_for_the_transport_and_begins_anew_with_it(model: OnnxModel) -> None:
    pulse = BEAT_NS / TICKS_PER_BEAT
    first = [Timed(0, START), *(Timed(round(index * pulse), CLOCK) for index in range(96))]
    again_ns = 6 * S
    second = [Timed(at_ns + again_ns, data) for at_ns, data in first]
    second += [Timed(again_ns + round(index * pulse), CLOCK) for index in range(96, 960)]
    offline = playing(
        model, [*first, Timed(2_020 * MS, STOP), *second], again_ns + 19 * S, mode="solo", sync="clock", bpm=None
    )
    counted = [at_ns for at_ns in clicks(offline) if at_ns >= again_ns]
    assert len(counted) < len(clicks(offline)), "it had begun to count"
    assert 8 <= len(counted) <= 8 + 3, "the rest of the bar in which time was found, and two bars"
    assert min(music(offline)) - counted[-1] == pytest.approx(BEAT_NS, abs=5 * MS)
    assert_clicks_end(offline)


def counting() -> Session:
    """A performance whose count-in begins now."""
    session = Session((Settings(mode="solo", bpm=120, count_in=1),), 0)
    session.begin()
    session.take((), 0)
    return session


def test_a_lost_engine_leaves_the_clicks_alone() -> None:
    session = counting()
    [(_, messages)] = session.to_engine()
    [counted] = [message for message in messages if isinstance(message, CountedIn)]
    sent = session.due(0, 1_200 * MS)
    sent += session.lose_engine("", 1_200 * MS)
    [introduction] = session.introductions(1_200 * MS)
    [begin] = [message for message in introduction if isinstance(message, ListenFrom)]
    assert begin.starts_at == counted.starts_at
    sent += session.due(0, 5 * S)
    assert [out.data[0] & 0xF0 for out in sent] == [NOTE_ON, NOTE_OFF] * 4


def test_the_end_of_the_performance_ends_a_click() -> None:
    session = counting()
    now_ns = session.next_due_ns(0) or 0
    [on] = session.due(0, now_ns)
    [off] = session.end(now_ns)
    assert (off.data[0], off.data[1], off.due_ns) == (NOTE_OFF | DRUM_CHANNEL, on.data[1], now_ns)
    assert session.next_due_ns(0) is None
