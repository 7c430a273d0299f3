"""The sustain pedal, heard by the engine: a ballad with the pedal down, on the clock that jumps."""

from benchmarks.players.phrases import all_phrases
from exported.onnx_model import OnnxModel
from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from midi.notes import HUMAN, Note
from midi.pedal import SUSTAIN
from midi.tempo import Tempo
from realtime.improviser.engine import Engine
from realtime.messages import Played
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import Timed
from tests.realtime.session.parts import part_of

MS = 1_000_000
S = 1_000 * MS
BALLAD = all_phrases()["ballad_f"]
PEDAL_DOWN, PEDAL_UP = bytes((CONTROL_CHANGE, SUSTAIN, 127)), bytes((CONTROL_CHANGE, SUSTAIN, 0))


def struck(messages: list[Timed]) -> list[int]:
    """The moments at which keys are struck, in ns."""
    return [one.at_ns for one in messages if one.data[0] & 0xF0 == NOTE_ON and one.data[2] > 0]


def human_notes(engine: Engine) -> list[Note]:
    return [note for note in engine.ring.notes() if note.voice == HUMAN]


def test_a_ballad_is_answered_once_a_phrase_and_never_in_its_midst(model: OnnxModel) -> None:
    begins = [1 * S, 41 * S, 81 * S]
    offline = Offline(Engine(model, Settings(bpm=BALLAD.bpm)))
    played = [one for begin in begins for one in BALLAD.begun_at(begin)]
    offline.perform(played, 120 * S)
    answers = struck(offline.sent)
    phrase_ns = round(BALLAD.bars * BALLAD.bar_ns)
    assert not [at for at in answers if any(begin <= at < begin + phrase_ns for begin in begins)]
    assert all(any(begin + phrase_ns <= at < begin + 40 * S for at in answers) for begin in begins)
    assert offline.part.answer.count == len(begins)


def rolled(chord_ns: int) -> list[Timed]:
    """A chord, rolled upwards; the hand is off it soon, and the pedal, changed with it, holds it."""
    pitches = (48, 55, 60, 64)
    return [
        Timed(chord_ns, PEDAL_UP),
        *(Timed(chord_ns + 50 * MS * at, bytes((NOTE_ON, pitch, 70))) for at, pitch in enumerate(pitches)),
        Timed(chord_ns + 200 * MS, PEDAL_DOWN),
        *(Timed(chord_ns + 400 * MS, bytes((NOTE_OFF, pitch, 0))) for pitch in pitches),
    ]


def test_rolled_chords_under_the_pedal_are_one_phrase(model: OnnxModel) -> None:
    chords = [1_400 * MS * at for at in range(4)]
    offline = Offline(Engine(model, Settings(bpm=120)))
    offline.perform([one for chord in chords for one in rolled(chord)], 20 * S)
    assert chords[-1] < struck(offline.sent)[0] < chords[-1] + 5 * S
    assert offline.part.answer.count == 1


def test_the_notes_of_a_ballad_are_remembered_as_long_as_they_sound(model: OnnxModel) -> None:
    offline = Offline(Engine(model, Settings(bpm=BALLAD.bpm)))
    offline.perform(BALLAD.begun_at(0), 16 * S)
    first_bar = [note for note in human_notes(offline.engine) if note.onset < 72]
    pedal_up = Tempo.of(BALLAD.bpm).tick_at(3_900 * MS)
    assert {note.end for note in first_bar} == {pedal_up}


def test_a_pedal_left_down_on_the_last_chord_is_answered_all_the_same(model: OnnxModel) -> None:
    messages = [one for one in BALLAD.begun_at(0) if one.at_ns < 15 * S]  # the last pedal never comes up
    offline = Offline(Engine(model, Settings(bpm=BALLAD.bpm)))
    offline.perform(messages, 40 * S)
    assert struck(messages)[-1] + 2 * S < struck(offline.sent)[0] < struck(messages)[-1] + 5 * S


def test_a_new_engine_hears_an_older_pedal_come_up(model: OnnxModel) -> None:
    settings = Settings(bpm=120)
    part = part_of(settings)
    for at_ns, data in ((0, PEDAL_DOWN), (0, bytes((NOTE_ON, 60, 80))), (100 * MS, bytes((NOTE_OFF, 60, 0)))):
        part.play(data, at_ns)
        part.recorder.record(data, at_ns, human=True)
    part.to_engine.clear()
    engine = Engine(model, settings)
    for message in part.snapshot():
        engine.receive(message)
    assert [note.duration for note in human_notes(engine)] == [None]
    engine.receive(Played(1 * S, *PEDAL_UP))
    assert [note.duration for note in human_notes(engine)] == [48]
