"""MODEL.md of a classic model: what any model's page says, and before it what the tutorials would have said."""

from exported.card import Card
from training.page import page as usual


def page(card: Card) -> str:
    """The page as Markdown."""
    head, mark, rest = usual(card).partition("## What it is worth\n")
    return head + "\n".join(_first(card)) + "\n\n" + mark + rest


def _first(card: Card) -> list[str]:
    made, held = card.training, card.held_out
    learning, imitating = made["learning_nats_per_note"], held["imitating"]
    adapting = held["baselines"]["n_gram_adapting"]["nats_per_note"]
    return [
        "## The figure of the tutorials, and the one that counts",
        "",
        f"Its vocabulary is {len(card.sounds):,} names of notes and chords as music21 spells them; time is not in it: "
        "all it plays is half a beat long.",
        "",
        "| | nats a name |",
        "|---|---|",
        f"| training loss, as the tutorials print it, after {made['passes']:g} passes | {learning:.4f} |",
        f"| **on the held-out pieces** | **{held['nats_per_note']:.4f}** |",
        f"| on the held-out pieces, imitating ({imitating['weight']:g}) | {imitating['nats_per_note']:.4f} |",
        f"| on the held-out pieces, an n-gram that counts within the piece as well | {adapting:.4f} |",
        "",
        "The first says how well it knows by heart what it was shown, and nothing of music that it was not.",
        "",
        "It was learned with its state carried from chunk to chunk, every name foretold, since the daemon carries "
        "state: a network that learned windows of 100, each from a clear state, and was then run so would be another "
        "function than the one that was trained.",
    ]
