"""What people read: the page, its table, the curve, and the thanks to the encoders."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from exported.card import Card
from training.baselines import Baselines
from training.corpus import music21_corpus
from training.history import History, Validation, draw_curve
from training.page import page, table
from training.sources import SOURCES

HELD_OUT = {
    "judged_on": "test",
    "works": 3,
    "notes": 1234,
    "nats_per_note": 2.4,
    "perplexity": 11.02,
    "nats_by_field": {"voice": 0.0, "wait": 0.1, "pitch": 1.8, "duration": 0.5},
    "top1_by_field": {"voice": 1.0, "wait": 0.97, "pitch": 0.41, "duration": 0.8},
    "imitating": {
        "weight": 0.4,
        "notes": 1234,
        "nats_per_note": 2.2,
        "nats_by_field": {"wait": 0.1, "pitch": 1.65, "duration": 0.45},
    },
    "baselines": {
        name: {"nats_per_note": total, "nats_by_field": {"wait": 0.2, "pitch": total - 0.9, "duration": 0.7}}
        for name, total in (("unigram", 5.9), ("n_gram", 2.9), ("n_gram_adapting", 2.7))
    },
}
CARD = Card(
    name="mine",
    graph_sha256="0" * 64,
    vocabulary={"voice": 2, "wait": 114, "pitch": 128, "duration": 112},
    contexts={"meter": 16, "position": 192},
    state_size=1024,
    key_size=256,
    parameters=1275458,
    parity_tolerance=1e-4,
    imitation={"sharpness": 40.0, "shares": {"voice": 0.0, "wait": 0.2, "pitch": 0.9}, "doubt": 0.03},
    training={
        "command": "antiphon train 'my music' --name mine",
        "layers": 2,
        "units": 256,
        "width": 192,
        "dropout": 0.1,
        "weight_drop": 0.25,
        "weights": "int8",
        "packing_costs": 0.0004,
        "seed": 1,
        "steps": 2000,
        "batch": 32,
        "chunk": 64,
        "seconds": 1200,
        "notes_per_second": 5000,
        "passes": 9.5,
        "kept_step": 1900,
        "validation_nats_per_note": 2.35,
        "parity": 3e-6,
        "versions": {"python": "3.11.7"},
    },
    corpus={
        "name": "my music",
        "works": 30,
        "notes": 12340,
        "files": 33,
        "families": 28,
        "licence": "ask whoever owns it",
        "split": {"train": {"works": 24, "notes": 9900}, "valid": {"works": 3, "notes": 1200}},
        "remark": "",
        "collections": [{"folder": "", "works": 30, "notes": 12340, "title": "", "encoders": ""}],
        "skipped_count": 1,
        "skipped": {"cut.mid": "not a MIDI file"},
    },
    held_out=HELD_OUT,
)


def test_the_table_sets_the_model_beside_what_counting_achieves() -> None:
    lines = table(CARD)
    assert lines[0] == "| | wait | pitch | duration | together |"
    assert lines[-2] == "| **mine** | 0.100 | 1.800 | 0.500 | 2.400 |"
    assert lines[-1] == "| **mine, imitating** (0.4) | 0.100 | 1.650 | 0.450 | 2.200 |"
    assert [line.rsplit("|", 2)[1].strip() for line in lines[2:]] == ["5.900", "2.900", "2.700", "2.400", "2.200"]


def test_the_page_tells_what_a_reader_must_know() -> None:
    told = page(CARD)
    for part in (
        "antiphon train 'my music' --name mine",
        "30 works, 12,340 notes from 33 files",
        "ask whoever owns it",
        "`cut.mid`: not a MIDI file",
        "Perplexity 11.02",
        "![Loss curve](loss.png)",
        "velocity follows the player's",
        "It is told the meter and the place in the bar",
        "Dropout 0.1 of the outputs, 0.25 of the recurrent weights",
        "The graph is in int8; 8 bits cost +0.0004 nats a note",
        "sharpness 40, doubt 0.03; shares: voice 0, wait 0.2",
        "The likeliest class was right for: wait 97.0%",
    ):
        assert part in told


def test_a_model_without_contexts_is_not_said_to_be_told_any() -> None:
    assert "It is told" not in page(replace(CARD, contexts={}))


def test_the_curve_is_a_picture(tmp_path: Path) -> None:
    validations = [Validation(10 * n, 6.0 * n, n / 2, 4.0 - 0.1 * n, 3.8 - 0.1 * n, (0.1,)) for n in range(1, 9)]
    draw_curve(tmp_path / "loss.png", "mine", History(validations=validations), Baselines((6.0,), (2.9,), (2.7,)))
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.needs_trainer
@pytest.mark.parametrize("folder", [folder for folder in SOURCES if folder != "bach"])
def test_the_encoders_that_are_thanked_stand_in_the_files(folder: str) -> None:
    files = [path.read_text("utf-8", "replace") for path in (music21_corpus() / folder).glob("*.abc")]
    lines = [line for text in files for line in text.splitlines() if line.startswith("Z:")]
    for name, tunes in re.findall(r"([^,(]+) \((\d+)\)", SOURCES[folder].encoders.partition(", and others")[0]):
        assert sum(name.strip(", ") in line for line in lines) >= int(tunes)
