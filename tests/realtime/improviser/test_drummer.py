"""The part of drums, on a clock that jumps: what it plays, when, and what it hears."""

from dataclasses import replace

import numpy as np
import pytest

from exported.onnx_model import OnnxModel
from midi.drum_keys import KEYS, STROKE_TICKS, TOMS
from midi.message import NOTE_ON
from midi.meter import Bar
from midi.notes import ANSWER, DRUM_CHANNEL, HUMAN, Note
from midi.tempo import Tempo
from midi.tokens import PITCH, WAIT, WAIT_TICKS
from realtime.improviser.dynamics import Dynamics
from realtime.improviser.engine import Engine
from realtime.improviser.fills import BARS, Fills
from realtime.improviser.grid import TICKS_PER_BAR, Grid
from realtime.improviser.learned_touch import DrawnLoudness
from realtime.improviser.planner import PATIENCE_TICKS
from realtime.messages import Overheard
from realtime.offline import Offline
from realtime.settings import ACCOMPANY, DRUMS, REPLY, SOLO, Settings
from realtime.timed import Timed, performed

TEMPO = Tempo.of(120)
BEAT_NS = 500_000_000
MELODY = [Note(12 * i, 10, 60 + 2 * (i % 5), 70) for i in range(32)]
GROOVE = [
    *(Note(12 * i, 4, 42, 60, DRUM_CHANNEL) for i in range(32)),
    *(Note(24 * i, 30, (35, 40)[i % 2], 100, DRUM_CHANNEL) for i in range(16)),
]


def playing(drummer: OnnxModel, human: list[Timed], **chosen: object) -> Offline:
    offline = Offline(Engine(drummer, Settings(**{"bpm": 120.0, "part": DRUMS} | chosen)))  # type: ignore[arg-type]
    offline.perform(human)
    return offline


def strokes(offline: Offline) -> list[Note]:
    return sorted(offline.answered(), key=lambda note: note.onset)


@pytest.mark.parametrize("mode", [REPLY, ACCOMPANY, SOLO])
def test_only_the_kit_is_played_on_channel_10_by_two_hands_and_two_feet(drummer: OnnxModel, mode: str) -> None:
    offline = playing(drummer, performed(MELODY, TEMPO), mode=mode, bars=None if mode == ACCOMPANY else 4)
    notes = strokes(offline)
    assert len(notes) > 8
    assert {note.channel for note in notes} == {DRUM_CHANNEL}
    assert {note.pitch for note in notes} <= set(KEYS)
    assert max(sum(a.onset <= b.onset < a.end for a in notes) for b in notes) <= 4


def test_another_channel_can_be_asked_for(drummer: OnnxModel) -> None:
    assert {note.channel for note in strokes(playing(drummer, performed(MELODY, TEMPO), channel=3))} == {2}


def test_keys_are_no_music_to_it_and_pads_are(drummer: OnnxModel) -> None:
    offline = playing(drummer, performed([*MELODY, *GROOVE], TEMPO), mode=ACCOMPANY)
    heard = [note for note in offline.engine.ring.notes() if note.voice == HUMAN]
    assert len(heard) == len(GROOVE)
    assert {note.pitch for note in heard} == {36, 38, 42}
    assert {note.duration for note in heard} == {STROKE_TICKS}


def test_of_other_parts_a_drummer_overhears_drums_and_a_lead_pitches(drummer: OnnxModel, model: OnnxModel) -> None:
    for engine, overheard in ((Engine(drummer, Settings(part=DRUMS)), 38), (Engine(model, Settings()), 60)):
        for pitch, channel in ((60, 1), (38, DRUM_CHANNEL)):
            engine.receive(Overheard(0, 6, pitch, 80, channel))
        assert [note.pitch for note in engine.ring.notes()] == [overheard]


def test_an_accompaniment_lasts_as_long_as_the_human_of_keys(drummer: OnnxModel) -> None:
    notes = strokes(playing(drummer, performed(MELODY, TEMPO), mode=ACCOMPANY))
    assert notes[0].onset == MELODY[0].onset
    assert MELODY[-1].onset < notes[-1].onset < MELODY[-1].end + PATIENCE_TICKS


def test_a_key_leaves_the_plan_and_a_pad_makes_it_anew(drummer: OnnxModel) -> None:
    counts = [playing(drummer, performed(human, TEMPO), mode=ACCOMPANY).part.epoch for human in (MELODY, GROOVE[:32])]
    assert counts == [0, 32]


def test_who_accompanies_without_a_tempo_waits_for_the_beat(drummer: OnnxModel) -> None:
    offline = playing(drummer, performed(MELODY, Tempo.of(100)), mode=ACCOMPANY, bpm=None)
    first_ns = next(message.at_ns for message in offline.sent if message.data[0] & 0xF0 == NOTE_ON)
    assert first_ns > 3 * BEAT_NS
    assert abs(float(offline.engine.tempo.bpm) - 100) < 1


def test_pads_are_answered_in_as_many_bars(drummer: OnnxModel) -> None:
    offline = playing(drummer, performed(GROOVE, TEMPO), quantize_entry="bar")
    notes = strokes(offline)
    begin = notes[0].onset
    assert begin % TICKS_PER_BAR == 0
    assert begin + 3 * TICKS_PER_BAR <= notes[-1].onset < begin + 4 * TICKS_PER_BAR
    assert {note.voice for note in offline.engine.ring.notes()} == {HUMAN, ANSWER}


def test_a_solo_begins_alone_and_counts_its_bars(drummer: OnnxModel) -> None:
    offline = playing(drummer, [], mode=SOLO, bars=4)
    begin = strokes(offline)[0].onset
    place_of = offline.engine.ring.vocabulary.place_of  # type: ignore[union-attr]
    assert [place_of(begin + ticks)[1] for ticks in (0, 24, TICKS_PER_BAR)] == [0, 24, 0]


@pytest.mark.parametrize("velocity", [34, 102])
def test_strokes_sound_as_loud_as_the_human_plays_and_the_model_hears_them_as_drawn(
    drummer: OnnxModel, velocity: int
) -> None:
    human = performed([replace(note, velocity=velocity) for note in MELODY], TEMPO)
    offline = playing(drummer, human, mode=ACCOMPANY)
    sounded = {(note.onset, note.pitch): note.velocity or 0 for note in strokes(offline)[32:]}
    drawn = {(note.onset, note.pitch): note.velocity or 0 for note in offline.engine.ring.notes()}
    loud, believed = ([velocities[key] for key in sounded] for velocities in (sounded, drawn))
    assert np.corrcoef(loud, believed)[0, 1] > 0.7
    assert np.mean(loud) == pytest.approx(velocity, rel=0.2) or max(loud) == 127


def test_a_drummer_takes_the_humans_mean_and_keeps_its_accents() -> None:
    for level, human in ((122, 93), (60, 93), (75, 40), (75, 125)):
        strokes, rng = DrawnLoudness(), np.random.default_rng(0)
        dynamics = Dynamics.of([Note(6 * at, 6, 60, human) for at in range(8)])
        drawn = rng.normal(level, 8, 200).clip(1, 127).round().astype(int).tolist()
        sounded = [dynamics.stroke_velocity(velocity, 68.0, strokes) for velocity in drawn][50:]
        assert np.mean(sounded) == pytest.approx(human, rel=0.2) or max(sounded) == 127
        assert sum(velocity == 127 for velocity in sounded) < 0.1 * len(sounded), "accents stand out"


def test_counted_bars_keep_to_the_beat_and_give_way_to_bars_that_are_known() -> None:
    grid = Grid(beat_origin=5, counted=Bar(96, 0, 2))
    assert (grid.place_of(101), grid.place_of(101 + TICKS_PER_BAR)) == ((2, 0), (2, 0))
    grid.take_bar(Bar(150, 0, 1))
    assert grid.place_of(150) == (1, 0)


def test_toms_and_quick_strokes_fill_the_end_of_every_fourth_bar(drummer: OnnxModel) -> None:
    fills = Fills(Grid(), 0, drummer.fields, 0.5)
    pitch, wait = (drummer.fields.index(field) for field in (PITCH, WAIT))

    def toms(tick: int) -> float:
        factors = fills.onto(None, Note(tick, 6, 42)).factors[pitch]
        assert factors is not None
        return float(np.mean([factors[tom] for tom in TOMS]))

    in_fill = BARS * TICKS_PER_BAR - 24
    assert toms(in_fill) > 2 > 1 > toms(0)
    assert toms(in_fill + BARS * TICKS_PER_BAR) == toms(in_fill)
    waits = fills.onto(None, Note(in_fill, 6, 42)).factors[wait]
    assert waits is not None
    assert waits[WAIT_TICKS.index(3)] > 1 > waits[WAIT_TICKS.index(12)]
    assert fills.onto(None, Note(0, 6, 42)).factors[wait] is None


def test_a_cymbal_crashes_after_a_fill_and_not_at_the_beginning(drummer: OnnxModel) -> None:
    fills = Fills(Grid(), 0, drummer.fields, 0.5)
    first, arrival = (fills.onto(None, Note(tick, 6, 36)).joined for tick in (0, BARS * TICKS_PER_BAR))
    assert first is not None
    assert arrival is not None
    assert arrival[49] > 1 == first[49]


def test_without_fills_nothing_is_biased(drummer: OnnxModel) -> None:
    bias = Fills(Grid(), 0, drummer.fields, 0.0).onto(None, Note(BARS * TICKS_PER_BAR - 24, 6, 42))
    assert all(factors is None or np.all(factors == 1) for factors in (*bias.factors, bias.joined))
