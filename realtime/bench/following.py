"""How soon the answer follows a human who plays otherwise than before: another key, pace, register or loudness.

Run as `python -m realtime.bench.following`. A human plays four phrases of a tune, then the same four changed: a tritone
lower, twice as fast, two octaves lower, or half as loud. What the default model plays after the change is held against
the changed human, at several places of the knob that is to follow it, the others as they ship. The tempo is given
(120), so that another pace is another density of notes. The tunes are public domain, and some are among the music that
the model learned from.
"""

import argparse
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from statistics import fmean, median

from exported.sampling import Constraint
from exported.shelf import find_model
from midi.files import read_midi
from midi.names import PITCH_CLASSES
from midi.notes import ANSWER, TICKS_PER_BEAT, Note
from midi.tempo import Tempo
from midi.tokens import PITCH, WAIT, Field
from realtime.engine_process.engine import Engine
from realtime.engine_process.grid import TICKS_PER_BAR
from realtime.engine_process.model import StepModel, load_model
from realtime.engine_process.ring import ContextRing
from realtime.modes import MODES
from realtime.offline import Offline
from realtime.settings import ACCOMPANY, REPLY, SOLO, Settings
from realtime.timed import performed

SEED_PHRASE = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"
BPM = 120.0
TEMPO = Tempo.of(BPM)
MAJOR, MINOR, DORIAN = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10, 11), (0, 2, 3, 5, 7, 9, 10)
"""Semitones above the tonic; the minor with its leading note."""
PHRASES = 4
"""So many before the change, and so many after it."""
ON_THE_BEAT, OFF_THE_BEAT = 96, 84
"""Velocities of the human before the change."""
LEGATO = 0.9
"""The share of a wait for which a key is down."""
BACK = 0.9
WINDOW = 8
"""An answer is back where so many notes in a row, and all later ones, agree by BACK."""
FEWEST_WAITS = 4
"""A pace is judged by so many waits at least."""
TRITONE = 6
PACE, LOUDNESS = 0.25, 0.15
"""An answer agrees within these shares of the human's notes per beat, and of their velocity."""
LEAST = 1e-9
"""A probability below this is as good as none: min-p and float32 end somewhere."""
KNOBS = (0.0, 0.25, 0.5, 0.75, 1.0)
SEEDS = {REPLY: 3, ACCOMPANY: 2, SOLO: 1}
"""Performances of each tune: an answer in turns has the fewest notes, a solo the most. Of loudness, one will do."""

Phrase = tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Tune:
    """A melody in phrases, the onsets of each from 0, and the pitch classes of its key."""

    name: str
    scale: frozenset[int]
    phrases: tuple[Phrase, ...]


def _scale(tonic: int, steps: Sequence[int]) -> frozenset[int]:
    return frozenset((tonic + step) % PITCH_CLASSES for step in steps)


def _phrase(pitches: Sequence[int], waits: Sequence[int]) -> Phrase:
    """A melody from its pitches, and the ticks from each to the next."""
    onsets = accumulate(waits, initial=0)
    told = zip(pitches, waits, onsets, strict=False)
    return tuple(Note(onset, round(LEGATO * wait), pitch, _velocity(onset)) for pitch, wait, onset in told)


def _velocity(onset: int) -> int:
    return OFF_THE_BEAT if onset % TICKS_PER_BEAT else ON_THE_BEAT


def _melody(name: str, scale: frozenset[int], *phrases: tuple[tuple[int, ...], tuple[int, ...]]) -> Tune:
    return Tune(name, scale, tuple(_phrase(pitches, waits) for pitches, waits in phrases))


def _seed() -> Tune:
    """The seed phrase that ships, for two hands, two bars at a time."""
    notes = [replace(note, velocity=_velocity(note.onset)) for note in read_midi(SEED_PHRASE).notes]
    halves = (tuple(notes[: len(notes) // 2]), tuple(notes[len(notes) // 2 :]))
    phrases = tuple(tuple(replace(note, onset=note.onset - half[0].onset) for note in half) for half in halves)
    return Tune("The Drunken Sailor, two hands", _scale(2, DORIAN), phrases)


def tunes() -> list[Tune]:
    """What the human plays: keys, meters and paces differ, from quarters to eighths."""
    quarters, eighths = (24,) * 12, (12,) * 6
    minuet = (24, 12, 12, 12, 12, 24, 24, 24)
    dotted = (24, *(36, 12, 24, 24) * 3, 72)
    yankee = (*eighths, 12, 12, 12, 12, 12, 12, 24, 24)
    return [
        _melody(
            "Ode to Joy",
            _scale(0, MAJOR),
            ((64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62), (*quarters, 36, 12, 48)),
            (
                (62, 62, 64, 60, 62, 64, 65, 64, 60, 62, 64, 65, 64, 62, 60, 62, 55),
                (24, 24, 24, 24, 24, 12, 12, 24, 24, 24, 12, 12, 24, 24, 24, 24, 48),
            ),
        ),
        _melody(
            "Ah! vous dirai-je, Maman",
            _scale(2, MAJOR),
            ((62, 62, 69, 69, 71, 71, 69, 67, 67, 66, 66, 64, 64, 62), (*quarters[:6], 48) * 2),
            ((69, 69, 67, 67, 66, 66, 64, 69, 69, 67, 67, 66, 66, 64), (*quarters[:6], 48) * 2),
        ),
        _melody(
            "Minuet in G",
            _scale(7, MAJOR),
            ((74, 67, 69, 71, 72, 74, 67, 67, 76, 72, 74, 76, 78, 79, 67, 67), minuet * 2),
            (
                (72, 74, 72, 71, 69, 71, 72, 71, 69, 67, 66, 67, 69, 71, 67, 69),
                (*(24, 12, 12, 12, 12) * 3, 72),
            ),
        ),
        _melody(
            "Yankee Doodle",
            _scale(5, MAJOR),
            ((65, 65, 67, 69, 65, 69, 67, 60, 65, 65, 67, 69, 65, 64), yankee),
            ((65, 65, 67, 69, 70, 69, 67, 65, 64, 60, 62, 64, 65, 65), yankee),
        ),
        _melody(
            "God Rest Ye Merry, Gentlemen",
            _scale(4, MINOR),
            ((64, 64, 71, 71, 69, 67, 66, 64, 62, 64, 66, 67, 69, 71), (*quarters, 24, 72)),
            ((71, 72, 69, 71, 72, 74, 76, 71, 69, 67, 64, 66, 67, 69), (*quarters, 24, 72)),
        ),
        _melody(
            "Auld Lang Syne",
            _scale(5, MAJOR),
            ((60, 65, 65, 65, 69, 67, 65, 67, 69, 65, 65, 69, 72, 74), dotted),
            ((74, 72, 69, 69, 65, 67, 65, 67, 69, 65, 62, 62, 60, 65), dotted),
        ),
        _melody(
            "The Irish Washerwoman",
            _scale(7, MAJOR),
            ((74, 72, 71, 67, 67, 62, 67, 67, 71, 67, 71, 74, 72, 71), eighths + eighths + (12, 24)),
            ((72, 69, 69, 62, 69, 69, 72, 69, 72, 76, 74, 72), eighths + eighths),
        ),
        _seed(),
    ]


@dataclass(frozen=True, slots=True)
class Human:
    """Phrases in the ticks of a performance, changed after PHRASES of them; `scale`: that of the changed ones."""

    phrases: tuple[Phrase, ...]
    scale: frozenset[int]
    end: int
    """The tick at which they would go on: what is answered later does not count."""

    @property
    def changes_at(self) -> int:
        """The tick of the first changed note."""
        return self.changed[0][0].onset

    @property
    def changed(self) -> tuple[Phrase, ...]:
        """The phrases after the change."""
        return self.phrases[PHRASES:]

    def turn(self, onset: int) -> int:
        """The latest phrase begun at a tick."""
        return max((index for index, phrase in enumerate(self.phrases) if phrase[0].onset <= onset), default=0)

    def played_since(self, onset: int) -> int:
        """How many changed notes have been played before or at a tick."""
        return sum(note.onset <= onset for phrase in self.changed for note in phrase)


Agreement = Callable[[Sequence[Note], Human], list[bool | None]]
"""For each note of the answer, whether it agrees with the changed human; None: that cannot be told of this one."""


@dataclass(frozen=True, slots=True)
class Change:
    """A way to play otherwise, the knob that is to follow it, and what agrees with it."""

    name: str
    knob: str
    altered: Callable[[Note], Note]
    agreement: Agreement
    kinds: Callable[[Sequence[Note]], list[int]]
    """Of notes in order, what is to follow: by their entropy, how varied it is."""
    bends: Field | None = None
    """The field whose draws the knob bends."""
    shift: int = 0
    """Of the key, in semitones."""


def _in_key(answer: Sequence[Note], human: Human) -> list[bool | None]:
    return [note.pitch % PITCH_CLASSES in human.scale for note in answer]


def _in_register(answer: Sequence[Note], human: Human) -> list[bool | None]:
    pitches = [note.pitch for phrase in human.changed for note in phrase]
    return [min(pitches) <= note.pitch <= max(pitches) for note in answer]


def _as_loud(answer: Sequence[Note], human: Human) -> list[bool | None]:
    loudness = fmean(note.velocity or 0 for phrase in human.changed for note in phrase)
    return [abs((note.velocity or 0) / loudness - 1) <= LOUDNESS for note in answer]


def _at_pace(answer: Sequence[Note], human: Human) -> list[bool | None]:
    """By the notes that follow each before the human's next phrase, beside those of the phrase before it."""
    agrees: list[bool | None] = []
    for turn, notes in groupby(answer, lambda note: human.turn(note.onset)):
        pace = _notes_per_tick([note.onset for note in human.phrases[max(turn, PHRASES)]])
        onsets = [note.onset for note in notes]
        for onset in onsets:
            ahead = sorted({later for later in onsets if later >= onset})[: WINDOW + 1]
            notes_ahead = [later for later in onsets if onset <= later <= ahead[-1]]
            can_tell = len(ahead) > FEWEST_WAITS
            agrees.append(abs(_notes_per_tick(notes_ahead) / pace - 1) <= PACE if can_tell else None)
    return agrees


def _notes_per_tick(onsets: Sequence[int]) -> float:
    """Of notes in order: how many strike together, by the usual wait, which is the geometric mean of all.

    So a held last note is no slow pace.
    """
    struck = sorted(set(onsets))
    usual = math.exp(fmean(math.log(later - earlier) for earlier, later in pairwise(struck)))
    return len(onsets) / len(struck) / usual


def _pitch_classes(notes: Sequence[Note]) -> list[int]:
    return [note.pitch % PITCH_CLASSES for note in notes]


def _waits(notes: Sequence[Note]) -> list[int]:
    """From chord or note to the next, but for the bars of the other's turn."""
    waits = [later.onset - earlier.onset for earlier, later in pairwise(notes)]
    return [wait for wait in waits if 0 < wait < TICKS_PER_BAR]


def _velocities(notes: Sequence[Note]) -> list[int]:
    return [note.velocity or 0 for note in notes]


def _half_time(note: Note) -> Note:
    return replace(note, onset=note.onset // 2, duration=max(1, (note.duration or 1) // 2))


CHANGES = (
    Change(
        "a tritone lower: pitches in the scale of the new key",
        "follow-key",
        lambda note: replace(note, pitch=note.pitch - TRITONE),
        _in_key,
        _pitch_classes,
        PITCH,
        shift=-TRITONE,
    ),
    Change("twice as fast: notes per beat within 25 %", "follow-density", _half_time, _at_pace, _waits, WAIT),
    Change(
        "two octaves lower: pitches between the human's lowest and highest",
        "follow-register",
        lambda note: replace(note, pitch=note.pitch - 2 * PITCH_CLASSES),
        _in_register,
        _pitch_classes,
        PITCH,
    ),
    Change(
        "half as loud: velocities within 15 % of the human's mean",
        "follow-dynamics",
        lambda note: replace(note, velocity=(note.velocity or 0) // 2),
        _as_loud,
        _velocities,
    ),
)


def plays(tune: Tune, change: Change, mode: str, *, from_the_start: bool) -> Human:
    """The tune's phrases in turn, changed after PHRASES of them, or from the start.

    In turns each waits for an answer as long as it is, with a bar and a half to begin and to end in; else each begins
    on the beat after the one before.
    """
    played: list[Phrase] = []
    begin = 0
    for index in range(2 * PHRASES):
        phrase = tune.phrases[index % len(tune.phrases)]
        if from_the_start or index >= PHRASES:
            phrase = tuple(change.altered(note) for note in phrase)
        played.append(tuple(replace(note, onset=begin + note.onset) for note in phrase))
        end = max(note.end for note in played[-1])
        begin = _up_to(end, TICKS_PER_BEAT)
        if mode == REPLY:
            begin += TICKS_PER_BAR * 3 // 2 + _up_to(end - played[-1][0].onset, TICKS_PER_BAR)
    return Human(tuple(played), frozenset((one + change.shift) % PITCH_CLASSES for one in tune.scale), begin)


def _up_to(ticks: int, step: int) -> int:
    return -(-ticks // step) * step


@dataclass(slots=True)
class Heard:
    """How the answers to one tune agreed with the changed human, before and after the change, and what that cost."""

    before: list[bool] = field(default_factory=list)
    after: list[list[bool]] = field(default_factory=list)
    """By a note's place among the answer's since the change: of each performance that can tell."""
    played: list[list[int]] = field(default_factory=list)
    """Beside each of them, how many changed notes the human had played by then."""
    notes: list[float] = field(default_factory=list)
    """Of each performance, the answer's notes since the change for each of the human's."""
    kinds: Counter[int] = field(default_factory=Counter)
    """How often each kind came since the change."""
    nats: list[float] = field(default_factory=list)
    """The unbent model's surprise at each note since the change."""

    def take(self, answer: Sequence[Note], human: Human, change: Change) -> None:
        """One more performance."""
        judged = list(zip(answer, change.agreement(answer, human), strict=True))
        since = [one for one in judged if one[0].onset >= human.changes_at]
        self.before += [agrees for _, agrees in judged[: len(judged) - len(since)] if agrees is not None]
        self.notes.append(len(since) / human.played_since(human.end))
        self.kinds.update(change.kinds([note for note, _ in since]))
        for place, (note, agrees) in enumerate(since):
            if place == len(self.after):
                self.after.append([])
                self.played.append([])
            if agrees is not None:
                self.after[place].append(agrees)
                self.played[place].append(human.played_since(note.onset))

    def agreement(self, first: int = 0, end: int | None = None) -> float:
        """The share that agrees of the notes after the change, from a place on to before another."""
        judged = [agrees for place in self.after[first:end] for agrees in place]
        return fmean(judged) if judged else 0.0

    @property
    def bits(self) -> float:
        """The entropy of the kinds: how varied they were."""
        shares = [count / self.kinds.total() for count in self.kinds.values()]
        return -sum(share * math.log2(share) for share in shares)

    def back_after(self, share: float) -> tuple[float, float]:
        """How many notes of the human, and of the answer, come before WINDOW notes and all later ones agree by a share.

        All performances are taken together, and the human's notes by their median; never: infinitely many.
        """
        for first in range(len(self.after) - WINDOW + 1):
            is_judged = any(self.after[first : first + WINDOW])
            if is_judged and min(self.agreement(first, first + WINDOW), self.agreement(first)) >= share:
                return median(next(counts for counts in self.played[first:] if counts)), first
        return math.inf, math.inf


def perform(model: StepModel, human: Human, settings: Settings) -> tuple[list[Note], ContextRing]:
    """What was answered, in order, and the performance as the engine remembers it."""
    offline = Offline(Engine(model, settings))
    offline.perform(performed((note for phrase in human.phrases for note in phrase), TEMPO), TEMPO.ns_at(human.end))
    return sorted(offline.answered(), key=lambda note: (note.onset, note.pitch)), offline.engine.ring


def surprises(model: StepModel, ring: ContextRing, since: int, imitate: float, bent: Field) -> Iterator[float]:
    """How little the unbent model, imitating, expected a field of each note answered since a tick, in nats.

    A note after one of the human's is left out: where an answer begins, its wait is given.
    """
    again = ContextRing(model)
    before: Note | None = None
    for note in ring.notes():
        if before is not None and before.voice == note.voice == ANSWER and note.onset >= since:
            token = again.speech.heard([note], before.onset)
            moment = again.head
            memory = again.recall(moment.key)
            for column, one in enumerate(model.fields):
                if one == bent:
                    believed = model.heads[column].probabilities(moment.hidden[column], token)
                    yield -math.log(max(float(memory.mix(believed, column, imitate)[token[column]]), LEAST))
                    break
                memory.agree(column, token[column])
        again.feed(note)
        before = note


def hear(
    model: StepModel,
    change: Change,
    settings: Settings,
    played: Sequence[Tune],
    seeds: int,
    *,
    from_the_start: bool = False,
) -> list[Heard]:
    """What was heard of each tune, over so many seeds."""
    every = []
    for tune in played:
        heard = Heard()
        human = plays(tune, change, settings.mode, from_the_start=from_the_start)
        for seed in range(seeds):
            answer, ring = perform(model, human, replace(settings, rng_seed=seed))
            heard.take(answer, human, change)
            if change.bends is not None:
                heard.nats += surprises(model, ring, human.changes_at, settings.imitate, change.bends)
        every.append(heard)
    return every


_BACK = f"  |{'human':>6}{'worst':>6}{'notes':>6}{'worst':>6}{'back':>6}"
HEADING = f"{'':<22}{'before':>7}{'after':>7}{'worst':>7}{'%poss':>7}{2 * _BACK}  |{'x':>5}{'bits':>6}{'nats':>6}"
LEGEND = f"""\
Agreement in %: before the change (what comes of playing on as before), after it (mean and worst of the tunes), and as a
share of the possible: the knob at 1, and a human who has played so from the start. Between bars, back at {BACK:.0%} of
the possible, then at {BACK:.0%}: after how many notes of the human's and of the answer's, median and worst of the tunes
(-: never), and in how many tunes. x: the answer's notes for each of the human's. bits: how varied its pitch classes,
waits or velocities are (entropy; the human's beside the title). nats: the unbent model's surprise at each."""


def row(name: str, every: Sequence[Heard], possible: Sequence[float]) -> str:
    """A row of the table; `possible`: for each tune, the agreement that can be had."""
    before = fmean([agrees for heard in every for agrees in heard.before] or [0.0])
    after = [heard.agreement() for heard in every]
    of_possible = fmean(after) / max(fmean(possible), LEAST)
    cells = "".join(f"{100 * share:>7.0f}" for share in (before, fmean(after), min(after), of_possible))
    for shares in ([BACK * share for share in possible], [BACK] * len(every)):
        back = [heard.back_after(share) for heard, share in zip(every, shares, strict=True)]
        human, answer = zip(*back, strict=True)
        came = sum(count < math.inf for count in human)
        cells += f"  |{_counted(human)}{_counted(answer)}{f'{came}/{len(back)}':>6}"
    nats = [one for heard in every for one in heard.nats]
    cost = f"{fmean(nats):>6.2f}" if nats else f"{'':>6}"
    notes, bits = fmean(one for heard in every for one in heard.notes), fmean(heard.bits for heard in every)
    return f"{name:<22}{cells}  |{notes:>5.1f}{bits:>6.1f}{cost}"


def _counted(notes: Sequence[float]) -> str:
    """The median and the worst; a dash for what never came."""
    return "".join(f"{'-':>6}" if count == math.inf else f"{count:>6.0f}" for count in (median(notes), max(notes)))


def lines(
    model: StepModel,
    modes: Sequence[str] = tuple(MODES),
    changes: Sequence[Change] = CHANGES,
    played: Sequence[Tune] | None = None,
    knobs: Sequence[float] = KNOBS,
) -> Iterator[str]:
    """The tables, row by row, for each mode and change."""
    yield LEGEND
    played = tunes() if played is None else played
    for mode in modes:
        for change in changes:
            shipped = Settings(bpm=BPM, mode=mode)

            def heard(settings: Settings, change: Change = change, *, from_the_start: bool = False) -> list[Heard]:
                seeds = SEEDS[settings.mode] if change.bends else 1
                return hear(model, change, settings, played, seeds, from_the_start=from_the_start)

            yield ""
            chance = f", any pitch agrees by {_chance(change, played):.0%}" if change.bends == PITCH else ""
            yield f"{mode}, {change.name}; the human: {_own_bits(change, played):.1f} bits{chance}"
            yield HEADING
            best = heard(_turned(shipped, change, 1), from_the_start=True)
            possible = [one.agreement() for one in best]
            yield row("so from the start, 1", best, possible)
            yield row("0, imitation off", heard(replace(_turned(shipped, change, 0), imitate=0.0)), possible)
            for knob in knobs:
                yield row(f"{change.knob} {knob:g}", heard(_turned(shipped, change, knob)), possible)


def _chance(change: Change, played: Sequence[Tune]) -> float:
    """The share of a piano's keys that agree with the changed human."""
    humans = [plays(tune, change, REPLY, from_the_start=True) for tune in played]
    piano = Constraint()
    keys = [Note(0, 1, pitch) for pitch in range(piano.lowest, piano.highest + 1)]
    return fmean(bool(agrees) for human in humans for agrees in change.agreement(keys, human))


def _own_bits(change: Change, played: Sequence[Tune]) -> float:
    """How varied the human plays."""
    every = []
    for tune in played:
        human = plays(tune, change, REPLY, from_the_start=True)
        heard = Heard()
        heard.take([note for phrase in human.phrases for note in phrase], human, change)
        every.append(heard.bits)
    return fmean(every)


def _turned(settings: Settings, change: Change, knob: float) -> Settings:
    return settings.changed(change.knob, str(knob))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m realtime.bench.following")
    parser.add_argument("--mode", choices=tuple(MODES), action="append", help="only this one; may be given again")
    for line in lines(load_model(find_model("default")), parser.parse_args().mode or tuple(MODES)):
        print(line, flush=True)
