"""A model of styles in its folder: its card names every source, and its graph computes what was trained."""

import json
from pathlib import Path

import numpy as np

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from exported.card import CARD, GOLDEN, GRAPH, PAGE, WEIGHTS
from exported.onnx_model import load_model
from midi.tokens import STYLED_CONTEXTS, STYLED_FIELDS, STYLES
from tests.training.styled_music import INPUTS, piece
from tests.training.tiny import network
from training.style_corpus import StyleCorpus
from training.style_export import Export
from training.style_page import NOTICE
from training.style_plan import StylePlan
from training.style_split import StyleSplit


def corpus() -> StyleCorpus:
    music = StyleCorpus()
    for style in ("jazz", "drums"):
        pieces = tuple(piece(f"{style} {seed}", style, seed) for seed in range(3))
        music.add(style, StyleSplit(pieces[:1], pieces[1:2], pieces[2:]))
    return music


def test_the_folder_is_whole_and_the_card_names_every_source(tmp_path: Path) -> None:
    music = corpus()
    plan = StylePlan({"jazz": 1, "drums": 1}, units=12, width=10, streams=2, chunk=16)
    made = network(STYLED_FIELDS, layers=1, given=STYLED_CONTEXTS)
    Export(made, plan, "python -m training.styles", music, music.encoded("valid", INPUTS)).write(tmp_path / "styles")
    assert {path.name for path in (tmp_path / "styles").iterdir()} == {CARD, GOLDEN, GRAPH, NOTICE, PAGE, WEIGHTS}
    card = json.loads((tmp_path / "styles" / CARD).read_text())
    assert list(card["vocabulary"]) == [field.name for field in STYLED_FIELDS]
    assert list(card["contexts"]) == ["meter", "position", "style"]
    assert card["corpus"]["styles"]["jazz"]["train"] == {"works": 1, "notes": 60}
    assert card["corpus"]["touch"] == {"drums": ["velocity", "deviation"], "jazz": ["velocity", "deviation"]}
    licences = {table["file"]: table["attribution"] for table in card["corpus"]["tables"]}
    assert licences.keys() == {"jazz_wjd.npz", "drums_groove.npz"}
    assert "made available under the ODbL" in licences["jazz_wjd.npz"]
    drums = card["held_out"]["styles"]["drums"]
    assert drums["imitating"]["nats_by_field"]["deviation"] > 0
    assert drums["baselines"]["n_gram_adapting"]["nats_per_note"] > 0
    assert card["imitation"]["shares"].keys() == card["vocabulary"].keys()
    assert card["training"]["style_by_ear"].keys() == {"8", "12", "16", "24", "32", "48"}
    readout = load_model(tmp_path / "styles", "cpu").readout
    assert readout is not None
    assert readout.weights.shape == (30, len(STYLES))
    with np.load(tmp_path / "styles" / WEIGHTS) as weights:
        assert (weights["lstm/0/kernel"] == made.weights()["lstm/0/kernel"]).all()
