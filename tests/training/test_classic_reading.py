"""Works to names: as music21 itself reads them, from every part."""

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from midi.files import write_midi
from midi.names import name_of
from midi.notes import Note
from tests.training.music import melody, work
from training.classic.reading import DIVISIONS, as_piece, ids, on_grid, sound_field, sounds, vocabulary
from training.corpus import read_folder

music21 = pytest.importorskip("music21", reason="music21 is not installed: pip install 'antiphon[train]'")


def hands(seed: int) -> list[tuple[str, list[Note]]]:
    """Two parts that often sound together, some onsets a little off the grid, as players and grace notes are."""
    right = melody(seed, 40)
    left = [Note(24 * beat + beat % 3, 12, pitch) for beat in range(30) for pitch in (43 + beat % 5, 48)]
    return [("right", right), ("left", left)]


def names_by_music21(path: Path) -> list[str]:
    """Every part's notes by music21's own MIDI reader; what sounds at one offset, by its own names."""
    file = music21.midi.MidiFile()
    file.open(str(path))
    file.read()
    file.close()
    struck: list[tuple[float, int]] = []
    for element in music21.midi.translate.midiFileToStream(file).flatten().notes:
        heads = [head for head in getattr(element, "notes", (element,)) if head.tie is None or head.tie.type == "start"]
        struck += [(float(element.offset), head.pitch.midi) for head in heads]
    names = []
    for _, together in groupby(sorted(struck), key=lambda one: one[0]):
        pitches = sorted({pitch for _, pitch in together})
        chord = music21.chord.Chord(pitches)
        single = str(music21.pitch.Pitch(midi=pitches[0]))
        names.append(single if len(pitches) == 1 else ".".join(str(number) for number in chord.normalOrder))
    return names


def test_a_file_in_two_hands_gives_the_names_that_music21_gives(tmp_path: Path) -> None:
    write_midi(tmp_path / "piece.mid", hands(3), 120.0)
    (read,) = read_folder(tmp_path).works
    assert sounds(read) == names_by_music21(tmp_path / "piece.mid")


def test_a_file_whose_first_part_is_silent_does_not_vanish(tmp_path: Path) -> None:
    write_midi(tmp_path / "piece.mid", [("silent", []), *hands(4)], 120.0)
    (read,) = read_folder(tmp_path).works
    assert len(sounds(read)) >= 40


def test_onsets_go_to_the_nearest_sixteenth_or_triplet() -> None:
    assert music21.defaults.quantizationQuarterLengthDivisors == DIVISIONS
    moved = on_grid(np.array([0, 1, 3, 5, 7, 8, 9, 11, 13, 15, 17, 20, 23, 25], np.int32))
    assert moved.tolist() == [0, 0, 0, 6, 6, 8, 8, 12, 12, 16, 18, 18, 24, 24]


def test_notes_that_the_grid_brings_together_are_one_name() -> None:
    played = work("a", [Note(0, 10, 60), Note(1, 10, 64), Note(2, 10, 67), Note(12, 10, 72)])
    assert sounds(played) == ["0.4.7", "C5"]
    assert sounds(work("b", [Note(0, 10, 60), Note(5, 10, 64)])) == ["C4", "E4"]


def test_ids_are_places_in_the_vocabulary_and_what_it_lacks_is_unknown() -> None:
    names = vocabulary([["C4", "0.4.7"], ["D4", "C4"]])
    assert names == ("0.4.7", "C4", "D4")
    field = sound_field(names)
    assert ids(["D4", "E4", None, "0.4.7"], names).tolist() == [[2], [field.unknown], [field.unknown], [0]]
    assert as_piece(ids(["D4"], names)).parts.tolist() == [0]
    assert name_of([62]) == "D4"
