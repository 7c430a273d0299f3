"""A player and what is answered, on the clock that jumps: a phrase, a pause, the phrase again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.players.measures import Figures, TrueBeat, figures_of
from benchmarks.players.phrases import Phrase
from benchmarks.players.sounding import Struck, onsets_of, struck_notes
from realtime.improviser.engine import Engine
from realtime.improviser.step_model import StepModel
from realtime.offline import Offline
from realtime.settings import REPLY, Settings
from realtime.timed import Timed

FIRST_REST_NS, LATER_NS = 1_000_000_000, 137_000_000
"""Without a tempo a player begins after a rest, with another seed so much later: on no tick of the start's."""
PAUSE_BARS = 2
"""A player waits so many bars for the next time; in turns, longer by the phrase, for an answer as long as it is."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A phrase, how it is played, and what the product is told."""

    phrase: Phrase
    mode: str
    knows_bpm: bool
    """Whether the tempo is given with `--bpm`; else it is heard."""

    def settings(self, rng_seed: int) -> Settings:
        """The default settings, but for the mode, the tempo and the seed."""
        return Settings(mode=self.mode, bpm=self.phrase.bpm if self.knows_bpm else None, rng_seed=rng_seed)

    @property
    def title(self) -> str:
        """The phrase, the mode and where the tempo is from."""
        return f"{self.phrase.name}, {self.mode}, {'--bpm' if self.knows_bpm else 'heard'}"


@dataclass(frozen=True, slots=True)
class Player:
    """A phrase played some times, in ns of the performance."""

    phrase: Phrase
    begins: tuple[int, ...]
    """The moment of the first beat of the phrase, each time."""
    end_ns: int
    """The moment at which it would be played once more."""

    @property
    def beat(self) -> TrueBeat:
        """The beat of all of it: the pauses are whole beats."""
        return TrueBeat.of(self.phrase, self.begins[0])

    def messages(self, time: int) -> list[Timed]:
        """The messages of one of the times, from 0."""
        return self.phrase.begun_at(self.begins[time])

    def last_key_up_ns(self, time: int) -> int:
        """The moment at which the last key comes up, one of the times."""
        return max(note.off_ns for note in struck_notes(self.messages(time), self.end_ns))


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a player, and its figures."""

    figures: Figures
    tempo_bpm: float
    """The tempo that the product hears as the phrase is begun for the third time."""
    wait_s: float | None
    """From the last key up to the answer's first note, median of the times that were answered; in turns alone."""
    answered: int
    """The number of times that were answered."""


def human_of(cell: Cell, rng_seed: int, times: int) -> Player:
    """A player: with --bpm on its beat, a bar after the start; else where they like."""
    phrase = cell.phrase
    pause_bars = PAUSE_BARS + (phrase.bars if cell.mode == REPLY else 0)
    period_ns = (phrase.bars + pause_bars) * phrase.bar_ns
    first_ns = phrase.bar_ns if cell.knows_bpm else FIRST_REST_NS + rng_seed * LATER_NS
    begins = [round(first_ns + time * period_ns) for time in range(times + 1)]
    return Player(phrase, tuple(begins[:-1]), begins[-1])


def human_figures(phrase: Phrase) -> Figures:
    """The player's own."""
    end_ns = round(phrase.bars * phrase.bar_ns)
    return figures_of(struck_notes(phrase.messages, end_ns), TrueBeat.of(phrase, 0), phrase.scale)


def perform(model: StepModel, cell: Cell, rng_seed: int, times: int) -> Answer:
    """Play a phrase some times, and measure what is answered."""
    human = human_of(cell, rng_seed, times)
    offline = Offline(Engine(model, cell.settings(rng_seed)))
    tempo_bpm = math.nan
    for time in range(times):
        if time == 2:
            offline.perform((), human.begins[time] - 1)
            tempo_bpm = float(offline.part.transport.tempo.bpm)
        offline.perform(human.messages(time), _until(human, time))
    return answer_of(human, cell, offline.sent, tempo_bpm)


def _until(human: Player, time: int) -> int:
    """The last moment before the next time."""
    return human.begins[time + 1] - 1 if time + 1 < len(human.begins) else human.end_ns


def answer_of(human: Player, cell: Cell, sent: Sequence[Timed], tempo_bpm: float) -> Answer:
    """Measure what was sent from the player's first note on: before it there is nobody to be like."""
    notes = notes_beside(human, _in_order(sent))
    figures = figures_of(notes, human.beat, human.phrase.scale, grid_from_ns(human, cell))
    if cell.mode != REPLY:
        return Answer(figures, tempo_bpm, None, 0)
    waits = list(_waits(human, notes))
    return Answer(figures, tempo_bpm, median(waits) if waits else None, len(waits))


def notes_beside(human: Player, messages: Sequence[Timed]) -> list[Struck]:
    """The notes of messages in order of time that begin while the player plays or waits."""
    notes = struck_notes(messages, human.end_ns)
    return [note for note in notes if human.begins[0] <= note.on_ns < human.end_ns]


def grid_from_ns(human: Player, cell: Cell) -> int:
    """From when onsets are held against the subdivision: where the tempo is heard, from the second time on."""
    return human.begins[0] if cell.knows_bpm else human.begins[1]


def _in_order(sent: Sequence[Timed]) -> list[Timed]:
    return sorted(sent, key=lambda message: message.at_ns)


def _waits(human: Player, notes: Sequence[Struck]) -> list[float]:
    """Seconds from each time's last key up to the first onset after it and before the next time."""
    waits = []
    onsets = onsets_of(notes)
    for time in range(len(human.begins)):
        up_ns, until_ns = human.last_key_up_ns(time), _until(human, time)
        first = next((onset for onset in onsets if up_ns <= onset <= until_ns), None)
        if first is not None:
            waits.append((first - up_ns) / 1e9)
    return waits
