"""Going on from a model: a few pieces of a style are learned, what was known is measured, and nothing else changes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from exported.card import PAGE, Card, read_card
from midi.errors import InputError, MachineError
from midi.tokens import FIELDS
from tests.training.music import melody, transposed, work, works
from tests.training.test_fit import interrupt_after
from tests.training.tiny import THREE, network, pieces
from training import known
from training.batches import Batch
from training.comparison import compared, told
from training.corpus import DEFAULT, Corpus
from training.export import export
from training.fit import Fit, Start
from training.known import Known, known_to
from training.making import Making
from training.network import Network, Weights
from training.origin import Origin, find_origin
from training.plan import REHEARSED, TUNING_RATE, TUNING_SECONDS, Plan, tuning
from training.rehearsal import Rehearsal
from training.stepper import Stepper
from training.unfolding import begun
from training.works import Work

PLAN = tuning(Plan(layers=1, units=12, streams=4, chunk=16, epochs=8))


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """A model that has learned nothing, of music that is not the default corpus."""
    folder = tmp_path_factory.mktemp("models") / "first"
    made = network(layers=1)
    for variable in made.model.trainable_variables:
        variable.assign(variable * 0.3)
    export(made, pieces(1)[0], folder, "first", {"corpus": {"name": "folk", "licence": "free"}})
    return find_origin(str(folder), Path("nowhere"), None, None)


@pytest.fixture(scope="module")
def weights(origin: Origin) -> Weights:
    return begun(origin)


def corpus(music: list[Work]) -> Corpus:
    return Corpus("style", tuple(music), (), len(music), "digest")


def style(count: int, velocity: int | None = None) -> list[Work]:
    return [work(f"{seed}.mid", transposed(melody(seed, 40, velocity), 12)) for seed in range(count)]


def training(weights: Weights, folder: Path, rehearse: float = 0.25, name: str = "first") -> Fit:
    known = Rehearsal(pieces(3), rehearse) if rehearse else None
    return Fit(PLAN, THREE, pieces(4), pieces(2, notes=17), folder, "abc", Start(name, weights, known))


def test_a_few_pieces_of_a_style_are_learned_and_the_card_tells_what_that_cost(
    origin: Origin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Known(tuple(works(4, 40)), tuple(works(2, 30)))
    plan = replace(PLAN, rate=0.1)
    making = Making(corpus(style(5, velocity=70)), plan, tmp_path / "work", "antiphon train", origin, before, REHEARSED)
    fitted = making.fit()
    assert fitted.looks[0].step == 0
    card = making.export(fitted, tmp_path / "mine")
    making.report(card, tmp_path / "mine")
    assert read_card(tmp_path / "mine") == replace(card, fingerprint=origin.card.fingerprint)
    assert card.vocabulary == origin.card.vocabulary
    held, lost = card.held_out, card.held_out["forgetting"]
    assert held["nats_per_note"] < held["before"]["nats_per_note"] - 1
    assert held["before"]["imitating"]["weight"] == held["imitating"]["weight"]
    assert lost["notes"] == 60
    assert lost["after"] < lost["before"]
    assert card.training["from"] == {
        "name": "first",
        "graph_sha256": origin.card.graph_sha256,
        "corpus": "folk",
        "licence": "free",
        "rehearsed": REHEARSED,
    }
    printed = capsys.readouterr().out
    assert "mind: your files hold dynamics, first knows none" in printed
    sentence = (
        f"learned your style: {held['before']['nats_per_note']:.3f} -> {held['nats_per_note']:.3f} nats a note on your "
        f"held-out pieces; on what it knew before: {lost['before']:.3f} -> {lost['after']:.3f}"
    )
    assert sentence in printed
    page = (tmp_path / "mine" / PAGE).read_text()
    for part in (
        sentence,
        "| first, which it began from |",
        origin.card.graph_sha256,
        "corpus folk. free",
        "no dynamics of its own",
        "25% of every batch",
    ):
        assert part in page


def test_what_was_known_and_cannot_be_read_is_neither_rehearsed_nor_measured(
    origin: Origin, weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.making.begun", lambda origin: weights)
    making = Making(corpus(style(1)), PLAN, tmp_path / "work", "", origin, None, REHEARSED)
    start = making._start()
    assert start is not None
    assert start.known is None
    assert making._from()["from"]["rehearsed"] == 0
    facts = compared(origin, Stepper(origin.graph, THREE), pieces(2), [])
    assert set(facts) == {"before"}
    assert told({**facts["before"], **facts}).endswith("on what it knew before: not measured")


def test_a_training_that_begins_from_nothing_is_as_it_was(tmp_path: Path) -> None:
    making = Making(corpus(style(3, velocity=70)), PLAN, tmp_path / "work", "")
    assert making.fields == FIELDS
    assert making._start() is None
    assert making._from() == {}
    assert "from" not in Fit(PLAN, THREE, pieces(4), pieces(2), tmp_path, "abc")._settings


def test_a_model_with_dynamics_keeps_them_though_the_files_have_none(origin: Origin, tmp_path: Path) -> None:
    loud = replace(origin, card=replace(origin.card, vocabulary={field.name: field.size for field in FIELDS}))
    making = Making(corpus(style(3)), PLAN, tmp_path / "work", "", loud)
    assert making.fields == FIELDS
    assert "plays with dynamics, your files hold none" in making.remarks[0]


def test_if_nothing_learned_is_better_the_model_stays_what_it_was(
    weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ruin(self: Network, batch: Batch, rate: float) -> float:
        for variable in self.model.trainable_variables:
            variable.assign(variable * 1.5)
        return 0.0

    monkeypatch.setattr(Network, "train", ruin)
    start = Start("first", weights, None)
    fitted = Fit(PLAN, THREE, pieces(4), pieces(2, notes=17), tmp_path, "abc", start).run()
    assert fitted.best.step == 0
    kept = fitted.network.weights()
    for pair, table in weights.tables.items():
        assert (kept.tables[pair] == table).all()


def test_an_interrupted_training_resumes_and_ends_as_one_that_was_not(
    weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight = training(weights, tmp_path / "straight").run()
    with monkeypatch.context() as patched:
        interrupt_after(patched, 9)  # each batch is two streams' next
        stopped = training(weights, tmp_path / "stopped").run()
    assert not stopped.finished
    resumed = training(weights, tmp_path / "stopped").run()
    assert resumed.finished
    assert resumed.steps == straight.steps > stopped.steps > 0
    ends = (fitted.network.model.trainable_variables for fitted in (resumed, straight))
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    with pytest.raises(InputError, match=r"from was first, is second.*--fresh"):
        training(weights, tmp_path / "stopped", name="second")
    with pytest.raises(InputError, match=r"rehearsed was 0\.25, is 0.*--fresh"):
        training(weights, tmp_path / "stopped", rehearse=0)
    with pytest.raises(InputError, match=r"from was first.*, is None.*--fresh"):
        Fit(PLAN, THREE, pieces(4), pieces(2, notes=17), tmp_path / "stopped", "abc")


def test_it_learns_more_gently_and_for_five_minutes_unless_told_otherwise() -> None:
    assert tuning(Plan()).seconds == TUNING_SECONDS == 300
    assert tuning(Plan()).rate == TUNING_RATE < Plan().rate
    assert tuning(Plan(epochs=3)).seconds is None
    assert tuning(Plan(seconds=60)).seconds == 60


def test_only_the_default_corpus_read_the_same_is_rehearsed(
    origin: Origin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def learned_from(name: str, digest: str) -> Origin:
        card: Card = replace(origin.card, corpus={"name": name, "digest": digest})
        return replace(origin, card=card)

    def missing(name: str) -> Corpus:
        raise MachineError("music21 is not installed")

    assert known_to(learned_from("folk", "digest")) is None
    assert "(it was folk): nothing is rehearsed" in capsys.readouterr().out
    monkeypatch.setattr(known, "read_named", lambda name: corpus(works(30)))
    assert known_to(learned_from(DEFAULT, "another")) is None
    assert "brings or reads it otherwise" in capsys.readouterr().out
    found = known_to(learned_from(DEFAULT, "digest"))
    assert found is not None
    assert len(found.learned) > len(found.sample) > 0
    assert not {one.name for one in found.learned} & {one.name for one in found.sample}
    monkeypatch.setattr(known, "read_named", missing)
    assert known_to(learned_from(DEFAULT, "digest")) is None
    assert "(music21 is not installed)" in capsys.readouterr().out
