"""One style's trial: the model's answers, the n-gram's and other pieces' continuations, each beside what followed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.told_apart.answers import engine_answers, ngram_answers
from benchmarks.told_apart.exchanges import PHRASE, Exchange, alike, exchanges, on_token_grid, shuffled
from benchmarks.told_apart.judge import Example, told_apart
from exported.sampling import SamplingOptions
from midi.tokens import WAIT, Field
from realtime.improviser.step_model import StepModel
from training.encoding import column
from training.note_tables.styled_piece import StyledPiece
from training.pieces import Ints
from training.styled_encoding import EncodedStyle, encode_styled

BPM = 120.0
"""The tempo at which phrases are played."""
TEMPERATURE = 0.9
MODEL, NGRAM, OTHERS = "model", "n-gram", "other pieces"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How surely answers are told from what followed: AUC by judge, and how many pairs were judged."""

    pairs: int
    auc: dict[str, float]

    @property
    def surest(self) -> float | None:
        """The AUC of the better judge."""
        return max(self.auc.values(), default=None)

    def as_json(self) -> dict[str, Any]:
        """The verdict for programs."""
        return {"pairs": self.pairs, **{name: round(value, 4) for name, value in self.auc.items()}}


def style_trial(
    model: StepModel,
    inputs: Sequence[Field],
    learned: Sequence[EncodedStyle],
    held_out: Sequence[StyledPiece],
    count: int,
    update: Callable[[int], object],
) -> dict[str, Verdict]:
    """Judge so many phrases of a style's held-out pieces; the verdicts on the model, the n-gram and other pieces."""
    asked = exchanges(held_out, count)
    if not asked:
        return {}
    wait = column(inputs, WAIT)
    ids = {piece.piece.name: encode_styled(piece, inputs).ids for piece in held_out}

    def encoded(exchange: Exchange) -> Ints:
        rows = ids[exchange.piece][exchange.first : exchange.first + PHRASE].copy()
        rows[0, wait] = 0
        return rows

    options = SamplingOptions(TEMPERATURE)
    answers = {
        MODEL: engine_answers(model, asked, BPM, update),
        NGRAM: ngram_answers(learned, inputs, asked, encoded, options, lambda _: None),
        OTHERS: shuffled(asked),
    }
    return {name: verdict_on(asked, answer) for name, answer in answers.items()}


def verdict_on(asked: Sequence[Exchange], answers: Sequence[Ints]) -> Verdict:
    """Judge answers beside what followed."""
    examples = []
    for exchange, answer in zip(asked, answers, strict=True):
        pair = alike(answer, exchange.truth)
        if pair is not None:
            phrase = on_token_grid(exchange.phrase)
            answered, truth = pair
            examples.append(Example(exchange.piece, phrase, answered, is_true=False))
            examples.append(Example(exchange.piece, phrase, truth, is_true=True))
    return Verdict(len(examples) // 2, told_apart(examples))
