"""MODEL.md: the card for people. What the model learned from, what it is worth, how to make it again; the verdict."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from exported.card import LOSS_CURVE, PAGE, Card, write_card
from midi.tokens import STYLE, VOICE
from training.split import PARTS
from training.style_page import NOTICE, field_table, figure, notice, sources, summary_table
from training.touch_verdict import touch_figures

_ROWS = (
    ("unigram", "each field by its frequency alone"),
    ("n_gram", "interpolated n-gram (Witten-Bell), counted on the training split"),
    ("n_gram_adapting", "the same, counting within the piece as well"),
)
LEAST = 0.01
"""Nats a note: of a smaller difference nobody hears anything, and another draw of held-out music may turn it."""


def page(card: Card) -> str:
    """The page as Markdown."""
    sections = (_head, _figures, _music, _recipe)
    if "styles" in card.corpus:
        sections = (_head, _figures_by_style, _sources, _style_recipe)
    return "\n\n".join(paragraph for section in sections for paragraph in section(card)) + "\n"


def write_pages(card: Card, folder: Path) -> None:
    """Write the card of a model of styles, its page, and the notice of its sources."""
    write_card(card, folder)
    (folder / PAGE).write_text(page(card), encoding="utf-8")
    (folder / NOTICE).write_text(notice(card), encoding="utf-8")


def table(card: Card) -> list[str]:
    """The held-out figures beside the baselines, as the lines of a Markdown table, nats per note.

    Beside them, where touch was measured, how much of it is explained.
    """
    names = [name for name in card.vocabulary if name != VOICE.name]
    held = card.held_out
    touch = list(touch_figures(held))
    heads = [*names, "together", *touch]
    rows = [f"| | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for key, title in _ROWS:
        rows.append(_row(title, held["baselines"][key], names, touch))
    if "before" in held:
        name = card.training["from"]["name"]
        rows.append(_row(f"{name}, which it began from", held["before"], names, touch))
        weight = held["before"]["imitating"]["weight"]
        rows.append(_row(f"{name}, imitating ({weight:g})", held["before"]["imitating"], names, touch))
    rows.append(_row(f"**{card.name}**", held, names, touch))
    title = f"**{card.name}, imitating** ({held['imitating']['weight']:g})"
    rows.append(_row(title, held["imitating"], names, touch))
    return rows


def likeliest_line(card: Card) -> str:
    """The perplexity, and the share of notes whose likeliest class was right, by field; what touch is measured by."""
    held = card.held_out
    if "top1_by_field" not in held:
        return "R2: the explained variance of what it expects; AUC: how surely it knows when the pedal is pressed anew."
    tops = ", ".join(f"{name} {share:.1%}" for name, share in held["top1_by_field"].items() if name != VOICE.name)
    return f"Perplexity {held['perplexity']:.2f} per note. The likeliest class was right for: {tops}."


def _row(title: str, figures: dict[str, Any], names: list[str], touch: list[str]) -> str:
    by_field = [figures["nats_by_field"].get(name) for name in names]
    cells = map(figure, [*by_field, figures["nats_per_note"], *map(touch_figures(figures).get, touch)])
    return f"| {title} | {' | '.join(cells)} |"


# Each of these yields paragraphs.


def _head(card: Card) -> Iterator[str]:
    made = card.training
    yield f"# {card.name}"
    told = "the style, the meter" if STYLE.name in card.contexts else "the meter"
    where = f" It is told {told} and the place in the bar, where they are known." if card.contexts else ""
    if card.learned_velocity:
        dynamics = "It has learned dynamics from the music."
    else:
        what = "It has no dynamics of its own" if "from" in made else "The music it learned from has no dynamics"
        dynamics = f"{what}: the answer's velocity follows the player's."
    yield (
        f"An LSTM of {made['layers']} x {made['units']} units, heads of {made['width']}, "
        f"{card.parameters:,} parameters, that foretells the next note's {', '.join(card.vocabulary)}, one after the "
        f"other.{where} {dynamics}"
    )


def _figures(card: Card) -> Iterator[str]:
    held, made = card.held_out, card.training
    yield "## What it is worth"
    yield (
        f"Nats per note on the {PARTS[held['judged_on']]} pieces ({held['works']:,} works, {held['notes']:,} notes), "
        "which it did not learn from, computed on the exported graph, the place in the bar told where it is known; "
        "lower is better. All notes are the answer's, so that whose they are tells nothing. Imitating: with the notes "
        "that followed similar moments of the piece so far mixed in, as the daemon plays; the n-gram that counts "
        "within the piece is its peer."
    )
    yield _lines(*table(card))
    yield likeliest_line(card)
    if card.sounds:
        yield (
            f"The training loss, as the tutorials print it, was {made['learning_nats_per_note']:.4f} nats a name after "
            f"{made['passes']:g} passes. It says how well the model knows by heart what it was shown, of "
            f"{len(card.sounds):,} names of notes and chords."
        )
    if "before" in held:
        yield f"Begun from {made['from']['name']}, it {summary(held)}."
    if card.corpus["remark"]:
        yield f"Mind: {card.corpus['remark']}."
    yield f"![Loss curve]({LOSS_CURVE})"


def _music(card: Card) -> Iterator[str]:
    music = card.corpus
    parts = [f"{part} {size['works']:,} works ({size['notes']:,} notes)" for part, size in music["split"].items()]
    yield "## What it learned from"
    yield (
        f"{music['name']}: {music['works']:,} works, {music['notes']:,} notes from {music['files']:,} files. "
        f"Near-duplicates, transposed ones too, make {music['families']:,} families, and a family is never split: "
        f"{'; '.join(parts)}."
    )
    yield music["licence"]
    if "from" in card.training:
        yield _lines(*_base(card.training["from"]))
    rows = (
        (row["folder"] or ".", f"{row['works']:,}", f"{row['notes']:,}", row["title"], row["encoders"])
        for row in music["collections"]
    )
    yield _lines(
        "| collection | works | notes | what it is | encoders, with the number of tunes that name them |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    )
    if music["skipped_count"]:
        yield f"Skipped, {music['skipped_count']:,}:"
        yield _lines(*(f"- `{name}`: {why}" for name, why in music["skipped"].items()))


def _figures_by_style(card: Card) -> Iterator[str]:
    held = card.held_out
    yield "## What it is worth"
    size = "a sample of the" if held["is_sample"] else "the"
    yield (
        f"Nats per note on {size} {PARTS[held['judged_on']]} pieces of each style, which it did not learn from, "
        "computed on the exported graph; lower is better. The style and the bars are told where they are known. "
        "Of music without beats (performance) a wait only tells whether notes are struck together. R2: the explained "
        "variance of what it expects; AUC: how surely it knows that the pedal is pressed anew."
    )
    yield _lines(*summary_table(held))
    yield _lines(*field_table(card))


def _sources(card: Card) -> Iterator[str]:
    yield "## What it learned from"
    yield (
        "Scores and note tables, mixed by share, not by size: "
        f"{', '.join(f'{style} {share:.0%}' for style, share in card.training['shares'].items())}. "
        f"[{NOTICE}]({NOTICE}) names their makers, as their licences ask: it must stay beside the weights."
    )
    yield from sources(card.corpus)


def _style_recipe(card: Card) -> Iterator[str]:
    made = card.training
    yield "## How to make it again"
    yield f"    {made['command']}"
    yield (
        f"Seed {made['seed']}; {made['streams']} x {made['chunk']} notes a step, rate {made['rate']:g}. Ctrl-C saves, "
        "and the same command goes on. The folder of note tables is yours to get: the digests above say which."
    )
    yield from _how_it_is_made(card)


def _base(made: dict[str, Any]) -> Iterator[str]:
    yield f"It began from {made['name']} (sha256 `{made['graph_sha256']}`)."
    if made["corpus"]:
        yield f"That one learned from the corpus {made['corpus']}. {made['licence']}"
    if made["rehearsed"]:
        yield f"It was rehearsed: {made['rehearsed']:.0%} of every batch."


def _recipe(card: Card) -> Iterator[str]:
    made = card.training
    yield "## How to make it again"
    yield f"    {made['command']}"
    yield (
        f"Seed {made['seed']}; {made['steps']:,} steps of {made['batch']} x {made['chunk']} notes in "
        f"{made['seconds'] / 60:.0f} minutes ({made['notes_per_second']:,} notes/s), {made['passes']:g} passes; the "
        f"weights of step {made['kept_step']:,} were the best on the validation pieces "
        f"({made['validation_nats_per_note']:.3f}) and are these."
    )
    yield from _how_it_is_made(card)
    yield f"Made with {', '.join(f'{name} {number}' for name, number in made['versions'].items())}."


def _how_it_is_made(card: Card) -> Iterator[str]:
    made = card.training
    yield (
        f"Dropout {made['dropout']:g} of the outputs, {made['weight_drop']:g} of the recurrent weights. "
        f"The graph is in {made['weights']}; 8 bits cost {made['packing_costs']:+.4f} nats a note on the "
        f"pieces to choose by. Keras against the exported graph: {made['parity']:.1e} "
        f"(allowed {card.parity_tolerance:g})."
    )
    how = card.imitation
    shares = ", ".join(f"{name} {share:g}" for name, share in how["shares"].items())
    yield f"Imitation, tuned on those pieces: sharpness {how['sharpness']:g}, doubt {how['doubt']:g}; shares: {shares}."


def _lines(*lines: str) -> str:
    return "\n".join(lines)


def is_better(after: float, before: float) -> bool:
    """True if one figure is better than another by enough to speak of; not a number never is."""
    return after <= before - LEAST


def verdict(card: Card) -> str:
    """Better than counting or not, as it is played (imitating), and what to do next."""
    held_out = card.held_out
    played = held_out["imitating"]["nats_per_note"]
    counting = min(row["nats_per_note"] for row in held_out["baselines"].values())
    against = f"{played:.3f} against {counting:.3f} nats a note on music it has not seen, less is better"
    if is_better(played, counting):
        return f"better than counting: {against}. Play with it"
    worse = "worse than counting" if is_better(counting, played) else "no better than counting"
    return f"{worse}: {against}. {_advice(card)}"


def summary(held_out: Mapping[str, Any]) -> str:
    """Say in a sentence whether anything of the style was learned, from a card's `held_out` with that comparison."""
    before, after = held_out["before"]["nats_per_note"], held_out["nats_per_note"]
    learned = "learned your style" if is_better(after, before) else "did not learn your style yet"
    style = f"{before:.3f} -> {after:.3f}"
    lost = held_out.get("forgetting")
    memory = f"{lost['before']:.3f} -> {lost['after']:.3f}" if lost else "not measured"
    return f"{learned}: {style} nats a note on your held-out pieces; on what it knew before: {memory}"


def _advice(card: Card) -> str:
    """Advise what helps most, by how the training was made."""
    if "from" in card.training:
        return "Give it more files, or a longer --time"
    if card.sounds:
        return "Give it more files or a longer --time, or leave out --preset classic"
    return "Give it more files or a longer --time, or begin from a model that knows more: --from default"
