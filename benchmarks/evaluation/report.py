"""A model's predictions and its playing, measured and printed in turn, and kept for JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from benchmarks.evaluation import answering, playing, tables
from benchmarks.evaluation.ngram import Ngram
from benchmarks.evaluation.rows import Exam, Row, counting_rows, model_row
from benchmarks.evaluation.solo import Soloist
from benchmarks.evaluation.tables import Cells
from exported.card import Card
from exported.imitation import Imitation
from exported.sampling import SamplingOptions
from midi.tokens import VOICE
from training.encoding import tokens
from training.held_out import HeldOut
from training.progress import bar
from training.split import PARTS
from training.stepper import Stepper

LINE = 110
"""Characters of a line of text."""
FEWEST = 2
"""Held-out works: fewer have no halves to compare."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The measurement asked for: the weight of imitation, the temperature, solo runs and the notes in each."""

    imitate: float
    temperature: float
    runs: int
    notes: int


@dataclass(slots=True)
class Report:
    """One model, its music, and what is asked. `figures` is what JSON keeps."""

    card: Card
    stepper: Stepper
    judged: HeldOut
    wanted: Wanted
    figures: dict[str, Any] = field(default_factory=dict)
    _ngram: Ngram = field(init=False)
    _how: Imitation = field(init=False)

    def __post_init__(self) -> None:
        """Count the n-gram."""
        learned = [tokens(work, self.card.fields) for work in self.judged.learned]
        self._ngram = Ngram(learned, self.card.fields)
        self._how = Imitation.of(self.card.imitation, self.card.fields)

    def run(self) -> None:
        """Measure and print everything."""
        self._head()
        self._predictions()
        self._accompanying()
        if len(self.judged.works) >= FEWEST:
            self._playing()
            self._answering()

    def _head(self) -> None:
        print("\n".join(self.judged.lines(self.card)))
        self.figures = {
            "model": self.card.name,
            "graph_sha256": self.card.graph_sha256,
            "parameters": self.card.parameters,
            "pieces": PARTS[self.judged.part],
            "works": len(self.judged.works),
            "notes": self.judged.notes,
            "remark": self.judged.remark,
            "imitate": self.wanted.imitate,
            "temperature": self.wanted.temperature,
        }

    def _predictions(self) -> None:
        rows = self._rows(Exam.solo(self.judged.works, self.card.inputs), "foretelling")
        self.figures["foretelling"] = tables.rows_as_json(rows)
        _print(
            "nats per note on the exported step, one note at a time; lower is better. And how often the likeliest "
            "class was right",
            tables.predictions(rows),
        )
        if rows[0].by_collection:
            _print("nats per note, together, by collection", tables.by_collection(rows))

    def _accompanying(self) -> None:
        """Predictions of the other parts where some are the human's, for a model that knows voices."""
        if not any(named.name == VOICE.name for named in self.card.fields):
            return
        exam = Exam.accompanying(self.judged.works, self.card.inputs)
        if not exam.works:
            return
        rows = self._rows(exam, "accompanying")
        self.figures["accompanying"] = tables.rows_as_json(rows)
        _print(
            f"accompanying: of {len(exam.works):,} works in parts some parts, by chance, are the human's; "
            f"the answer's {rows[0].whole.notes:,} notes",
            tables.predictions(rows),
        )

    def _rows(self, exam: Exam, what: str) -> list[Row]:
        """Counting, and the model in every way that it can be asked."""
        ways = [(bars, weight) for bars in self._told() for weight in dict.fromkeys((0.0, self.wanted.imitate))]
        with bar((1 + len(ways)) * exam.notes, what, unit="notes") as progress:
            rows = counting_rows(self._ngram, exam, progress.update)
            for bars, weight in ways:
                title = self._title(weight) + (
                    "" if len(self._told()) == 1 else ", bars known" if bars else ", no bars"
                )
                rows.append(model_row(title, self.stepper, exam, weight, self._how, progress.update, bars=bars))
        return rows

    def _told(self) -> tuple[bool, ...]:
        """Whether bars are told: a model that knows none is asked once."""
        return (False, True) if self.card.contexts else (False,)

    def _title(self, weight: float) -> str:
        return self.card.name + (f", imitating {weight:g}" if weight else "")

    def _playing(self) -> None:
        wanted = self.wanted
        options = SamplingOptions(wanted.temperature, wanted.imitate)
        on = playing.references(self.judged, self.card.inputs, wanted.runs, wanted.notes, options)
        all_options = [SamplingOptions(wanted.temperature, weight) for weight in dict.fromkeys((wanted.imitate, 0.0))]
        with bar((1 + len(all_options)) * wanted.runs * wanted.notes, "playing", unit="notes") as progress:
            rows = [
                playing.solos(
                    self._title(options.imitate), Soloist(self.stepper, self._how, options), on, progress.update
                )
                for options in all_options
            ]
            rows.append(playing.counted_solos("n-gram", self._ngram, on, progress.update))
        rows += playing.natural(on)
        self.figures["playing"] = tables.playing_as_json(rows)
        _print(
            f"playing: solo runs of {wanted.notes} notes, temperature {wanted.temperature:g}, seeds 0 to "
            f"{wanted.runs - 1}; distance from the held-out pieces in nats, how many fall into a loop, how much of "
            "their ends they have said before, and the longest run of notes shared with any piece it learned from "
            "(median over the runs, 90th percentile, longest)",
            tables.playing(rows),
        )

    def _answering(self) -> None:
        wanted = self.wanted
        options = SamplingOptions(wanted.temperature, wanted.imitate)
        learned = playing.references(self.judged, self.card.inputs, wanted.runs, wanted.notes, options).learned
        asked = answering.phrases(self.judged.works, self.card.inputs, wanted.runs)
        if not asked:
            return
        with bar(answering.PHRASE * len(asked), "answering", unit="notes") as progress:
            soloist = Soloist(self.stepper, self._how, options)
            rows = [answering.answers(self._title(wanted.imitate), soloist, asked, learned, progress.update)]
        rows.append(answering.counted_answers("n-gram", self._ngram, asked, learned, options))
        rows += answering.references(asked, learned)
        self.figures["answering"] = tables.answered_as_json(rows)
        _print(
            f"answering: {answering.PHRASE} notes after the first {answering.PHRASE} notes of held-out pieces; how "
            "much of them is in the scale of the phrase's key, their likeness to its profile (-1 to 1), and the "
            "longest run of notes that an answer shares with any piece it learned from (median over the answers, most)",
            tables.answered(rows),
        )


def _print(title: str, lines: Iterable[Cells]) -> None:
    print("", *wrap(title, LINE), "", sep="\n")
    print("\n".join(tables.laid_out(lines)), flush=True)
