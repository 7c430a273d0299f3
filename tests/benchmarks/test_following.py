"""The measurement of following: a human and answers whose agreement is known."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from benchmarks.following import table
from benchmarks.following.changes import CHANGES, Change, ChangedHuman, plays
from benchmarks.following.performance import BPM, perform, surprises
from benchmarks.following.table import lines
from benchmarks.following.tally import Tally
from benchmarks.following.tunes import Tune, tunes
from exported.onnx_model import OnnxModel
from midi.notes import HUMAN, Note
from midi.tokens import PITCH
from realtime.settings import ACCOMPANY, REPLY, Settings

KEY, PACE, REGISTER, LOUDNESS = CHANGES


def answer_of(human: ChangedHuman) -> list[Note]:
    """Who plays just what the human plays."""
    return [note for phrase in human.phrases for note in phrase]


@pytest.mark.parametrize("tune", tunes(), ids=lambda tune: tune.name)
def test_each_tune_stays_in_its_scale_and_in_the_range_of_a_piano_even_two_octaves_lower(tune: Tune) -> None:
    pitches = [note.pitch for phrase in tune.phrases for note in phrase]
    assert {pitch % 12 for pitch in pitches} <= tune.scale
    assert min(pitches) - 24 >= 21
    for phrase in tune.phrases:
        assert phrase[0].onset == 0
        assert all(before.onset <= after.onset for before, after in pairwise(phrase))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.knob)
@pytest.mark.parametrize("tune", tunes(), ids=lambda tune: tune.name)
def test_the_human_agrees_with_themself_after_the_change_and_hardly_before_it(tune: Tune, change: Change) -> None:
    human = plays(tune, change, REPLY, from_the_start=False)
    heard = Tally()
    heard.take(answer_of(human), human, change)
    assert heard.agreement() == 1
    assert sum(heard.before) / len(heard.before) < 0.6
    assert heard.back_after(0.9)[1] == 0


def test_who_plays_so_from_the_start_agrees_from_the_start() -> None:
    human = plays(tunes()[0], KEY, ACCOMPANY, from_the_start=True)
    assert all(KEY.agreement(answer_of(human), human))


def test_what_does_not_agree_is_told_for_each_change() -> None:
    tune = tunes()[0]
    astray: dict[Change, Callable[[Note], Note]] = {
        KEY: lambda note: replace(note, pitch=note.pitch + 6),
        REGISTER: lambda note: replace(note, pitch=note.pitch + 24),
        LOUDNESS: lambda note: replace(note, velocity=80),
        PACE: lambda note: replace(note, onset=note.onset * 2),
    }
    for change, moved in astray.items():
        human = plays(tune, change, ACCOMPANY, from_the_start=True)
        wrong = [moved(note) for note in answer_of(human)]
        judged = [agrees for agrees in change.agreement(wrong, human) if agrees is not None]
        assert judged
        assert sum(judged) / len(judged) < 0.4, change.name


def test_a_chord_at_each_place_is_more_notes_a_beat() -> None:
    human = plays(tunes()[0], PACE, ACCOMPANY, from_the_start=True)
    doubled = [note for one in answer_of(human) for note in (one, replace(one, pitch=one.pitch + 4))]
    assert True not in PACE.agreement(doubled, human)


def test_back_is_where_a_window_and_all_that_follows_agrees() -> None:
    human = plays(tunes()[0], KEY, ACCOMPANY, from_the_start=False)
    answer = answer_of(human)
    first = sum(note.onset < human.changes_at for note in answer)
    late = [replace(note, pitch=note.pitch + 6) if place < first + 10 else note for place, note in enumerate(answer)]
    heard = Tally()
    heard.take(late, human, KEY)
    assert heard.back_after(1.0) == (11, 10)


def test_an_answer_that_goes_astray_again_is_not_back() -> None:
    human = plays(tunes()[0], KEY, ACCOMPANY, from_the_start=False)
    answer = answer_of(human)
    astray = [
        replace(note, pitch=note.pitch + 6) if place >= len(answer) - 9 else note for place, note in enumerate(answer)
    ]
    heard = Tally()
    heard.take(astray, human, KEY)
    assert heard.back_after(0.9) == (math.inf, math.inf)


def test_one_wait_all_the_time_is_no_variety() -> None:
    human = plays(tunes()[0], PACE, ACCOMPANY, from_the_start=True)
    even, two = (Tally(), Tally())
    even.take([Note(12 * index, 12, 60) for index in range(99)], human, PACE)
    two.take([Note(18 * index + 6 * (index % 2), 12, 60) for index in range(99)], human, PACE)
    assert even.bits == 0
    assert two.bits == pytest.approx(1, abs=0.01)


def test_only_the_answers_notes_since_the_change_surprise(model: OnnxModel) -> None:
    human = plays(tunes()[3], KEY, REPLY, from_the_start=False)
    _, ring = perform(model, human, Settings(bpm=BPM))
    notes = list(ring.notes())
    since = [
        later
        for before, later in pairwise(notes)
        if HUMAN not in (before.voice, later.voice) and later.onset >= human.changes_at
    ]
    nats = list(surprises(model, ring, human.changes_at, 0.3, PITCH))
    assert len(nats) == len(since) > 0
    assert min(nats) > 0


def test_a_table_has_a_row_for_each_place_of_the_knob(model: OnnxModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "SEEDS", {REPLY: 1})
    told = list(lines(model, [REPLY], [LOUDNESS], tunes()[:1], [0.0, 1.0]))
    rows = {line[:22].strip(): line[22:].split() for line in told if line.startswith(("so from", "0, ", "follow"))}
    assert list(rows) == ["so from the start, 1", "0, imitation off", "follow-dynamics 0", "follow-dynamics 1"]
    assert rows["follow-dynamics 0"][1] == "0"
    assert rows["follow-dynamics 1"][1] == "100"


def test_the_heading_tells_what_chance_would_agree_with(model: OnnxModel) -> None:
    told = list(lines(model, [REPLY], [KEY], [tune for tune in tunes() if tune.name == "Ode to Joy"], []))
    assert any("any pitch agrees by 58%" in line for line in told), "51 of the 88 keys are in F sharp major"
