"""A model of styles, measured section by section: bars as they come, and the figures behind them."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.command import notify
from benchmarks.styles.bars import (
    SOLO_NOTES,
    Bar,
    apart_bar,
    default_corpus_bars,
    performance_bars,
    playing_bars,
    prediction_bars,
)
from benchmarks.styles.performances import BEGINNING, touch_on_performances
from benchmarks.styles.solos import solos_in_style
from benchmarks.told_apart.report import apart_by_style, apart_table, as_json
from benchmarks.told_apart.trial import MODEL
from exported.card import Card
from exported.imitation import Imitation
from exported.sampling import SamplingOptions
from midi.errors import InputError
from training.note_tables.sources import PERFORMANCE
from training.progress import bar
from training.stepper import Stepper
from training.style_corpus import CHORALE, FOLK
from training.style_measures import figures_facts, figures_on, measured_styles
from training.style_music import StyleMusic, encoded_music, has_styles, style_corpus_of
from training.style_page import summary_table
from training.styled_encoding import EncodedStyle, encode_styled
from training.verbs.eval import STYLE_SAMPLE

TEMPERATURE = 0.9
"""As the daemon plays, unless set otherwise."""
ENOUGH = 20_000
"""Notes of tunes and chorales in a sample, about."""


class Report:
    """The sections that the flags name, measured in turn; `figures` is for programs."""

    def __init__(self, folder: Path, card: Card, wanted: Namespace) -> None:
        """Read the music.

        Raises:
            InputError: it is not a model of styles, or its music is not there.
        """
        if not has_styles(card):
            raise InputError(f"{card.name} is no model of styles: python -m benchmarks.evaluation measures it")
        self._folder, self._card, self._wanted = folder, card, wanted
        self._stepper = Stepper.of(folder, card)
        self._how = Imitation.of(card.imitation, card.fields)
        self._corpus = style_corpus_of(card, wanted.tables)
        sample = None if wanted.all else STYLE_SAMPLE
        self._music: StyleMusic = encoded_music(self._corpus, card, wanted.split, sample)
        self.figures: dict[str, Any] = {"model": card.name, "graph_sha256": card.graph_sha256, "split": wanted.split}
        for line in self._music.lines(card):
            notify(line)

    def bars(self) -> Iterator[Bar]:
        """Measure; yield the bars, section by section."""
        sections = {
            "predictions": self._predictions,
            "touch": self._touch,
            "playing": self._playing,
            "apart": self._apart,
        }
        for name, measure in sections.items():
            if name in self._wanted.only:
                yield from measure()

    def _predictions(self) -> Iterator[Bar]:
        held = measured_styles(self._stepper, self._card, self._music, self._wanted.imitate)
        self.figures |= held
        notify("\n".join(["", *summary_table(held), ""]))
        yield from self._default_corpus()
        yield from prediction_bars(held["styles"])

    def _default_corpus(self) -> Iterator[Bar]:
        """Tunes and chorales of the default corpus alone, as the default model is measured."""
        pieces = self._default_pieces()
        if not pieces:
            return
        with bar(2 * sum(map(len, pieces)), "tunes and chorales", unit="notes") as progress:
            alone, imitating = (
                figures_on(self._stepper, pieces, imitate, self._how, progress.update).total()
                for imitate in (0.0, self._wanted.imitate)
            )
        self.figures["default_corpus"] = {"alone": alone, "imitating": imitating}
        yield from default_corpus_bars(alone, imitating)

    def _default_pieces(self) -> list[EncodedStyle]:
        part = self._corpus.parts[self._wanted.split]
        styled = [one for style in (FOLK, CHORALE) for one in part.get(style, ()) if one.piece.collection != style]
        every = 1 if self._wanted.all else max(1, sum(map(len, styled)) // ENOUGH)
        return [encode_styled(one, self._card.inputs) for one in styled[::every]]

    def _touch(self) -> Iterator[Bar]:
        if PERFORMANCE not in self._music.judged:
            return
        if self._wanted.performances is None:
            notify("mind: no --performances FOLDER: touch is not measured on other players")
            return
        notes = None if self._wanted.all else BEGINNING
        figures = touch_on_performances(self._stepper, self._card, self._wanted.performances, notes)
        self.figures["performances"] = figures_facts(figures)
        velocity, pedal = figures.explained("velocity"), figures.pedal_auc()
        if velocity is not None and pedal is not None:
            yield from performance_bars(velocity, pedal)

    def _playing(self) -> Iterator[Bar]:
        runs = self._wanted.runs
        options = SamplingOptions(TEMPERATURE, self._wanted.imitate)
        whole = self._corpus.encoded(self._wanted.split, self._card.inputs)
        with bar(runs * SOLO_NOTES * len(self._music.judged), "playing", unit="notes") as progress:
            for style in sorted(self._music.judged):
                learned = self._music.learned[style]
                played, natural = solos_in_style(
                    self._stepper, self._card, style, learned, whole[style], runs, SOLO_NOTES, options, progress.update
                )
                shared = played.spread[0]
                self.figures.setdefault("playing", {})[style] = {
                    "loops": played.loops,
                    "said_before": played.again,
                    "longest_shared": {"median": shared, "natural": natural},
                }
                yield from playing_bars(style, played.loops, shared, natural)

    def _apart(self) -> Iterator[Bar]:
        verdicts = apart_by_style(
            self._folder, self._card, self._corpus, self._music, self._wanted.split, self._wanted.phrases
        )
        self.figures["told_apart"] = {style: as_json(by_whom) for style, by_whom in verdicts.items()}
        notify("\n".join(["", *apart_table(verdicts), ""]))
        for style, by_whom in verdicts.items():
            surest = by_whom[MODEL].surest
            if surest is not None:
                yield apart_bar(style, surest)
