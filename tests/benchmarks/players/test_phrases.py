"""The phrases: what they hold is what their facts say."""

import json

import pytest

from benchmarks.live.timings import is_note_on
from benchmarks.players.performance import human_figures
from benchmarks.players.phrases import SCORES, Phrase, all_phrases, chosen_phrases
from midi.errors import InputError

FACTS = json.loads((SCORES / "phrases.json").read_text())
PHRASES = pytest.mark.parametrize("phrase", list(all_phrases().values()), ids=lambda phrase: phrase.name)


@pytest.mark.parametrize("name", FACTS)
def test_a_file_holds_as_many_notes_as_its_facts_say(name: str) -> None:
    assert sum(is_note_on(one.data) for one in all_phrases()[name].messages) == FACTS[name]["notes"]


@PHRASES
def test_every_key_comes_up_within_the_phrase(phrase: Phrase) -> None:
    down: set[tuple[int, int]] = set()
    for _, data in phrase.messages:
        if data[0] & 0xE0 == 0x80:
            (down.add if is_note_on(data) else down.discard)((data[0] & 0x0F, data[1]))
    assert not down
    assert phrase.messages[-1].at_ns <= phrase.bars * phrase.bar_ns + phrase.beat_ns


@pytest.mark.parametrize("name", FACTS)
def test_every_onset_lies_on_the_phrases_own_subdivision(name: str) -> None:
    assert human_figures(all_phrases()[name]).on_grid == 1.0


def test_chords_swing_and_drums_are_among_them() -> None:
    phrases = all_phrases()
    assert human_figures(phrases["iivi_c"]).notes_per_onset == 4
    assert [phrase.name for phrase in phrases.values() if phrase.is_shuffled] == ["blues_am"]
    assert [phrase.name for phrase in phrases.values() if phrase.is_drums] == ["drums"]


def test_an_unknown_phrase_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no phrase 'polka'; there are: blues_am, .*one_chord"):
        chosen_phrases(["blues_am", "polka"])
