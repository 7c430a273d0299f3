"""Answers to phrases: the engine's, as `antiphon render` plays it, and the n-gram's."""

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.evaluation import counted
from benchmarks.evaluation.ngram import Ngram
from benchmarks.evaluation.notes import notes_of_ids
from benchmarks.told_apart.exchanges import ANSWER, LOUDNESS, PEDAL, Exchange, late_ms
from exported.sampling import SamplingOptions
from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from midi.notes import DEFAULT_VELOCITY, canonical
from midi.tempo import Tempo
from midi.tokens import VELOCITY, VELOCITY_BIN, Field
from midi.touch import PEDAL_ANEW, PEDAL_UP
from realtime.improviser.engine import Engine
from realtime.improviser.step_model import StepModel
from realtime.offline import Offline
from realtime.settings import INTERNAL, Settings
from realtime.timed import Timed
from training.note_tables.styled_piece import NO_DEVIATION
from training.pieces import UNKNOWN, Ints
from training.styled_encoding import EncodedStyle

SUSTAIN, DOWN, UP = 64, 127, 0
"""Controller 64 and its values."""
Update = Callable[[int], object]
BEGIN_NS = 100_000_000
"""A phrase begins so late that an early first note is not before the beginning."""


def engine_answers(model: StepModel, asked: Sequence[Exchange], bpm: float, update: Update) -> list[Ints]:
    """Answer each phrase with the real engine, told the tempo and the style: notes [N, 6] each."""
    answered = []
    for seed, exchange in enumerate(asked):
        answered.append(_rows(answer_to(model, exchange, bpm, seed)))
        update(1)
    return answered


def answer_to(model: StepModel, exchange: Exchange, bpm: float, seed: int, channel: int | None = None) -> Offline:
    """The whole performance: a phrase played at a tempo, and its answer."""
    settings = Settings(sync=INTERNAL, bpm=bpm, rng_seed=seed, style=exchange.style, channel=channel)
    offline = Offline(Engine(model, settings))
    offline.perform(played(exchange.phrase, tempo_of(bpm)))
    return offline


def tempo_of(bpm: float) -> Tempo:
    """The tempo at which phrases are played, its first beat a little after the beginning."""
    return Tempo.of(bpm, BEGIN_NS)


def played(notes: Ints, tempo: Tempo) -> list[Timed]:
    """Notes [N, 6] as messages in order of time: late or early as they are, with their pedal."""
    messages: list[tuple[int, int, bytes]] = []
    for (onset, duration, pitch, velocity, _, pedal), late in zip(notes.tolist(), late_ms(notes).tolist(), strict=True):
        on_ns = tempo.ns_at(onset) + late * 1_000_000
        off_ns = max(tempo.ns_at(onset + duration), on_ns + 1_000_000)
        loud = DEFAULT_VELOCITY if velocity == UNKNOWN else max(1, velocity)
        messages += [(on_ns, 1, bytes((NOTE_ON, pitch, loud))), (off_ns, 0, bytes((NOTE_OFF, pitch, 0)))]
        if pedal == PEDAL_ANEW:
            messages.append((on_ns, -1, bytes((CONTROL_CHANGE, SUSTAIN, DOWN))))
        if pedal in (PEDAL_ANEW, PEDAL_UP):
            messages.append((on_ns, -2, bytes((CONTROL_CHANGE, SUSTAIN, UP))))
    end_ns = max(at_ns for at_ns, _, _ in messages)
    if (notes[:, PEDAL] != UNKNOWN).any():
        messages.append((end_ns, -2, bytes((CONTROL_CHANGE, SUSTAIN, UP))))
    return [Timed(at_ns, data) for at_ns, _, data in sorted(messages)]


def _rows(offline: Offline) -> Ints:
    rows = [
        (note.onset, note.duration or 1, note.pitch, note.velocity or DEFAULT_VELOCITY, NO_DEVIATION, UNKNOWN)
        for note in canonical(offline.answered())
    ]
    return np.array(rows, np.int32).reshape(-1, 6)


def ngram_answers(
    learned: Sequence[EncodedStyle],
    inputs: Sequence[Field],
    asked: Sequence[Exchange],
    encoded: Callable[[Exchange], Ints],
    options: SamplingOptions,
    update: Update,
) -> list[Ints]:
    """Answer each phrase with the n-gram of a style's training pieces; `encoded`: a phrase's ids."""
    has_loudness = any((exchange.truth[:, LOUDNESS] != UNKNOWN).any() for exchange in asked)
    names = ["wait", "pitch", "duration", *(["velocity"] if has_loudness else [])]
    columns = [index for index, field in enumerate(inputs) if field.name in names]
    fields = [inputs[column] for column in columns]
    ngram = Ngram([piece.ids[:, columns] for piece in learned], fields)
    phrases = [encoded(exchange)[:, columns] for exchange in asked]
    ids = counted.play(ngram, phrases, ANSWER, options, range(len(asked)), lambda: update(1))
    return [_from_ids(one, fields) for one in ids]


def _from_ids(ids: Ints, fields: Sequence[Field]) -> Ints:
    notes = notes_of_ids(ids, fields)
    names = [field.name for field in fields]
    loudness = np.full(len(ids), UNKNOWN)
    if VELOCITY.name in names:
        drawn = ids[:, names.index(VELOCITY.name)]
        loudness = np.where(drawn < VELOCITY.size, drawn * VELOCITY_BIN + VELOCITY_BIN // 2, UNKNOWN)
    return np.column_stack([notes, loudness, np.full((len(ids), 2), UNKNOWN)]).astype(np.int32)
