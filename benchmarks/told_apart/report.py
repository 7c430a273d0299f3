"""The trials of all styles of a model, and their table."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.told_apart.trial import MODEL, NGRAM, OTHERS, Verdict, style_trial
from exported.card import Card
from exported.onnx_model import load_model
from training.note_tables.sources import DRUMS
from training.progress import bar
from training.style_corpus import StyleCorpus
from training.style_music import StyleMusic

Verdicts = Mapping[str, Mapping[str, Verdict]]
"""By style, then by who continued the phrases."""


def apart_by_style(
    folder: Path, card: Card, corpus: StyleCorpus, music: StyleMusic, part: str, phrases: int
) -> dict[str, dict[str, Verdict]]:
    """Judge so many answers of each style of a model; drummers, whose phrases are not pitched, are left out."""
    model = load_model(folder)
    styles = [style for style in sorted(music.judged) if style != DRUMS]
    verdicts: dict[str, dict[str, Verdict]] = {}
    with bar(phrases * len(styles), "answering", unit="phrases") as progress:
        for style in styles:
            pieces = corpus.parts[part][style]
            trial = style_trial(model, card.inputs, music.learned[style], pieces, phrases, progress.update)
            if trial:
                verdicts[style] = trial
    return verdicts


def apart_table(verdicts: Verdicts) -> Iterator[str]:
    """Lines of a Markdown table: AUC of the surer judge."""
    yield "| style | pairs | the model | which judge | n-gram | continuations of other pieces |"
    yield f"|{'---|' * 6}"
    for style, by_whom in verdicts.items():
        model = by_whom[MODEL]
        judge = max(model.auc, key=lambda name: model.auc[name], default="-")
        cells = [_figure(by_whom[who].surest) for who in (MODEL, NGRAM, OTHERS)]
        yield f"| {style} | {model.pairs} | {cells[0]} | {judge} | {cells[1]} | {cells[2]} |"


def as_json(by_whom: Mapping[str, Verdict]) -> dict[str, Any]:
    """One style's verdicts for programs."""
    return {who: verdict.as_json() for who, verdict in by_whom.items()}


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
