"""The page of a model of styles, in parts: figures by style, every source with its licence, and the notice to ship."""

from collections.abc import Iterator, Mapping
from typing import Any

from exported.card import Card
from midi.tokens import VOICE

NOTICE = "NOTICE.txt"
"""The file of a model's folder that holds the attributions; it must stay beside the weights."""
ROWS = (
    ("unigram", "each field by its frequency alone"),
    ("n_gram", "n-gram, counted on the style's training pieces"),
    ("n_gram_adapting", "the same, counting within the piece as well"),
)
LICENCES = (
    ("ODbL", "ODbL 1.0: https://opendatacommons.org/licenses/odbl/1-0/"),
    ("CC BY 4.0", "CC BY 4.0: https://creativecommons.org/licenses/by/4.0/"),
    ("Creative Commons Attribution 4.0", "CC BY 4.0: https://creativecommons.org/licenses/by/4.0/"),
    ("BSD 3-clause", "BSD 3-clause: https://opensource.org/license/bsd-3-clause"),
    ("Creative Commons Zero", "CC0 1.0: https://creativecommons.org/publicdomain/zero/1.0/"),
)
NOTHING = "-"

Facts = Mapping[str, Any]


def summary_table(held: Facts) -> list[str]:
    """A line a style: nats a note beside counting, and how well touch is foretold; Markdown."""
    heads = "style | notes | adapting n-gram | by itself | imitating | against it | R2 velocity | R2 deviation"
    rows = [f"| {heads} | AUC pedal |", f"|{'---|' * 9}"]
    for style, facts in held["styles"].items():
        counting, played = played_beside_counting(facts)
        explained = facts["explained_variance"]
        cells = (
            style,
            f"{facts['notes']:,}",
            f"{counting:.3f}",
            f"{facts['nats_per_note']:.3f}",
            f"**{played:.3f}**",
            f"{played / counting - 1:+.1%}",
            figure(explained.get("velocity")),
            figure(explained.get("deviation")),
            figure(facts.get("pedal_auc")),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def played_beside_counting(facts: Facts) -> tuple[float, float]:
    """Nats a note of one style: the n-gram that adapts within the piece, and the model imitating."""
    return facts["baselines"]["n_gram_adapting"]["nats_per_note"], facts["imitating"]["nats_per_note"]


def field_table(card: Card) -> list[str]:
    """Nats a note by field, of each style, with counting beside them; Markdown."""
    names = [name for name in card.vocabulary if name != VOICE.name]
    rows = [f"| style | | {' | '.join(names)} | together |", f"|{'---|' * (len(names) + 3)}"]
    for style, facts in card.held_out["styles"].items():
        measured = [(title, facts["baselines"][key]) for key, title in ROWS]
        measured += [
            (card.name, facts),
            (f"{card.name}, imitating ({facts['imitating']['weight']:g})", facts["imitating"]),
        ]
        for title, figures in measured:
            cells = [figure(figures["nats_by_field"].get(name)) for name in names]
            rows.append(f"| {style} | {title} | {' | '.join(cells)} | {figures['nats_per_note']:.3f} |")
    return rows


def sources(corpus: Facts) -> Iterator[str]:
    """Yield paragraphs: the styles, and each table's source, licence and attribution."""
    rows = ["| style | works to learn from | notes | validation | test |", f"|{'---|' * 5}"]
    for style, parts in corpus["styles"].items():
        train, *held = (parts[part] for part in ("train", "valid", "test"))
        sizes = " | ".join(f"{part['works']:,} works, {part['notes']:,} notes" for part in held)
        rows.append(f"| {style} | {train['works']:,} | {train['notes']:,} | {sizes} |")
    yield "\n".join(rows)
    if corpus["licence"]:
        yield f"folk and chorale: {corpus['licence']}"
    for table in corpus["tables"]:
        yield "\n".join(
            (
                f"- `{table['file']}` ({', '.join(table['styles'])}), sha256 `{table['sha256']}`",
                f"  - source: {table['source']}",
                f"  - licence, in its makers' words: {table['licence']}",
                f"  - attribution: {table['attribution']}",
            )
        )


def notice(card: Card) -> str:
    """The text that must stay beside a model's weights: who made the music that it learned from."""
    tables = card.corpus["tables"]
    paragraphs = [
        f"{card.name}: a model of music, made with Antiphon.",
        "The music that it learned from is not in this folder. Its makers ask that they are named wherever the model "
        "is used or passed on: keep this file beside the weights.",
        "Changes made to the music: it was converted to tables of notes, put on a grid of 24 ticks a quarter note, "
        "transposed and cut while learning.",
        *(f"{', '.join(table['styles'])}: {table['attribution']}\nLicence: {table['licence']}" for table in tables),
    ]
    if card.corpus["licence"]:
        encoders = "; ".join(f"{row['title']}: {row['encoders']}" for row in card.corpus["collections"])
        paragraphs.append(f"folk, chorale: {card.corpus['licence']}\n{encoders}")
    return "\n\n".join([*paragraphs, *_licence_links(tables)]) + "\n"


def _licence_links(tables: list[dict[str, Any]]) -> Iterator[str]:
    words = "\n".join(f"{table['licence']} {table['attribution']}" for table in tables)
    links = dict.fromkeys(link for licence, link in LICENCES if licence in words)
    if links:
        yield "\n".join(["The licences:", *links])


def figure(value: float | None) -> str:
    """A figure in a cell; a dash where there is none."""
    return NOTHING if value is None else f"{round(value, 3) + 0.0:.3f}"  # no "-0.000"
