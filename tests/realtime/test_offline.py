"""A piece on the clock that jumps."""

from exported.onnx_model import OnnxModel
from midi.meter import METERS, Bar
from midi.notes import Note
from midi.piece import Piece
from realtime.improviser.engine import Engine
from realtime.messages import TransportState
from realtime.offline import Offline
from realtime.session.session import Session
from realtime.settings import Settings

MS = 1_000_000
COMMON, WALTZ = METERS.index((4, 4)), METERS.index((3, 4))
NOTES = tuple(Note(24 + 12 * at, 12, 60 + at, 80) for at in range(8))


def test_a_piece_begins_on_a_tick_and_tells_its_bars() -> None:
    session = Session((Settings(bpm=120),), 0)
    session.introductions(0)
    piece = Piece(NOTES, 120.0, (Bar(0, 0, WALTZ), Bar(72, 0, COMMON)))
    assert session.begin_piece(piece, 1_004 * MS) == session.transport.tempo.ns_at(49)
    [(_, messages)] = session.to_engine()
    bars = [Bar(one.bar_tick, one.position, one.meter) for one in messages if isinstance(one, TransportState)]
    assert bars == [Bar(49 - 24, 0, WALTZ), Bar(49 + 48, 0, COMMON)]


def test_a_piece_waits_for_the_bar_that_was_asked_for_and_keeps_it() -> None:
    session = Session((Settings(bpm=120, meter="3/4"),), 0)
    piece = Piece(NOTES, 120.0, (Bar(0, 0, COMMON),))
    assert session.begin_piece(piece, 1_600 * MS) == 3_000 * MS
    assert session.transport.bar == Bar(0, 0, WALTZ)


def test_the_second_phrase_of_a_piece_cuts_what_is_due_at_its_first_note(model: OnnxModel) -> None:
    settings = Settings(bpm=120, bars=8)
    alone = Offline(Engine(model, settings))
    alone.perform_piece(Piece(NOTES), 120)
    third = alone.answered()[2].onset
    offline = Offline(Engine(model, settings))
    offline.perform_piece(Piece((*NOTES, Note(24 + third, 12, 72, 80))), 120)
    assert not [note for note in offline.answered() if note.onset == third]


def test_a_note_that_is_struck_again_ends_there(model: OnnxModel) -> None:
    for seed in range(8):
        offline = Offline(Engine(model, Settings(bpm=120, bars=8, rng_seed=seed)))
        offline.perform_piece(Piece(NOTES), 120)
        ends: dict[int, int] = {}
        for note in offline.answered():
            assert ends.get(note.pitch, 0) <= note.onset
            ends[note.pitch] = note.end
