"""Engines that die one after the other are not told again what they seem to die of."""

from midi.message import NOTE_OFF, NOTE_ON
from realtime.messages import HistoryNote, Played
from realtime.session.part import Part
from realtime.session.suspicion import SURVIVED_NS, Suspect, Suspicion
from realtime.settings import Settings
from tests.realtime.session.parts import part_of

S = 1_000_000_000


def test_the_phrase_is_suspected_after_two_deaths_then_the_past() -> None:
    suspicion = Suspicion()
    deaths = [suspicion.died(lived) for lived in (60 * S, S, 0, S)]
    assert deaths == [Suspect.NOTHING, Suspect.PHRASE, Suspect.PAST, Suspect.PAST]


def test_an_engine_that_lived_on_clears_the_past() -> None:
    suspicion = Suspicion()
    deaths = [suspicion.died(lived) for lived in (S, SURVIVED_NS + 1, SURVIVED_NS + 1, S)]
    assert deaths == [Suspect.NOTHING, Suspect.NOTHING, Suspect.NOTHING, Suspect.PHRASE]


def desk_of_two_phrases() -> Part:
    """Two phrases of two notes, five seconds apart, the second under way; and a note of an answer between."""
    part = part_of(Settings(bpm=120))
    for pitch, at_ns in ((60, 1 * S), (62, 2 * S), (70, 7 * S), (72, 8 * S)):
        part.recorder.record(bytes((NOTE_ON, pitch, 80)), at_ns, human=True)
        if pitch != 72:
            part.recorder.record(bytes((NOTE_OFF, pitch, 0)), at_ns + S // 2, human=True)
    part.recorder.record(bytes((NOTE_ON, 50, 80)), 9 * S, human=False)
    return part


def pitches_told(part: Part) -> list[int]:
    return [message.pitch for message in part.snapshot() if isinstance(message, HistoryNote)]


def test_without_a_suspect_all_is_told() -> None:
    part = desk_of_two_phrases()
    assert not part.omit(Suspect.NOTHING)
    assert pitches_told(part) == [60, 62, 70, 72, 50]


def test_the_latest_phrase_and_its_answer_are_left_out() -> None:
    part = desk_of_two_phrases()
    assert part.omit(Suspect.PHRASE)
    assert pitches_told(part) == [60, 62]
    assert len(part.recorder) == 5, "the session's file has it still"
    assert not [message for message in part.snapshot() if isinstance(message, Played)]


def test_the_whole_past_is_left_out_but_not_what_comes_after() -> None:
    part = desk_of_two_phrases()
    assert part.omit(Suspect.PAST)
    assert not part.omit(Suspect.PAST), "nothing more to leave out"
    part.recorder.record(bytes((NOTE_ON, 65, 80)), 12 * S, human=True)
    assert pitches_told(part) == [65]
