"""Going on from a model: a few pieces of a style are learned, what was known is measured, and nothing else changes."""

import contextlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from exported.card import GOLDEN, PAGE, SOUND, WEIGHTS, Card, read_card, write_card
from midi.errors import InputError, MachineError, ModelError
from midi.tokens import CONTEXTS, FIELDS
from tests.training.music import SCORE, ids, melody, pieces, transposed, work, works
from tests.training.test_fit import interrupt_after
from tests.training.tiny import UNITS, WIDTH, network
from training.base_model import BaseModel, arrays_in, find_base_model
from training.batches import Replay
from training.corpus import DEFAULT, Corpus
from training.export import graphs_of, load_base_weights, write_folder
from training.facts import compared
from training.fit import Fit, Start
from training.held_out import HeldOut, replay_corpus
from training.network import Network, Weights
from training.page import summary
from training.pieces import Piece
from training.plan import REPLAY_SHARE, TUNING_RATE, TUNING_SECONDS, Plan, tuning
from training.split import VALID
from training.stepper import Stepper
from training.steps import Batch
from training.training_run import TrainingRun

PLAN = tuning(Plan(layers=1, units=UNITS, width=WIDTH, streams=4, chunk=16, epochs=8))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseModel:
    """A model that has learned nothing, of music that is not the default corpus."""
    folder = tmp_path_factory.mktemp("models") / "first"
    made = network(layers=1)
    for variable in made.model.trainable_variables:
        variable.assign(variable * 0.3)
    told = Card("first", corpus={"name": "folk", "licence": "free"})
    graphs = graphs_of(made, ids(1)[0])
    write_folder(made, graphs.packed, graphs.golden, folder, told)
    return find_base_model(str(folder), Path("nowhere"), {})


@pytest.fixture(scope="module")
def weights(base: BaseModel) -> Weights:
    return load_base_weights(base)


def corpus(music: list[Piece]) -> Corpus:
    return Corpus("style", tuple(music), (), len(music), "digest")


def style(count: int, velocity: int | None = None) -> list[Piece]:
    return [work(f"{seed}.mid", transposed(melody(seed, 40, velocity), 12)) for seed in range(count)]


def training(weights: Weights, folder: Path, rehearse: float = 0.25, name: str = "first") -> Fit:
    known = Replay(pieces(3), rehearse) if rehearse else None
    return Fit(PLAN, SCORE, CONTEXTS, pieces(4), pieces(2, notes=17), folder, "abc", Start(name, weights, known))


def test_a_few_pieces_of_a_style_are_learned_and_the_card_tells_what_that_cost(
    base: BaseModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = HeldOut(tuple(works(4, 40)), tuple(works(2, 30)), VALID)
    plan = replace(PLAN, rate=0.1)
    run = TrainingRun(
        corpus(style(5, velocity=70)), plan, tmp_path / "work", "antiphon train", base, before, REPLAY_SHARE
    )
    fitted = run.fit()
    assert fitted.history.validations[0].step == 0
    card = run.export(fitted, tmp_path / "mine")
    run.report(card, tmp_path / "mine")
    assert read_card(tmp_path / "mine") == replace(card, fingerprint=base.card.fingerprint)
    assert card.vocabulary == base.card.vocabulary
    held, lost = card.held_out, card.held_out["forgetting"]
    assert held["nats_per_note"] < held["before"]["nats_per_note"] - 1
    assert held["before"]["imitating"]["weight"] == held["imitating"]["weight"]
    assert lost["notes"] == 60
    assert lost["after"] < lost["before"]
    assert card.training["from"] == {
        "name": "first",
        "graph_sha256": base.card.graph_sha256,
        "corpus": "folk",
        "licence": "free",
        "rehearsed": REPLAY_SHARE,
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
        base.card.graph_sha256,
        "corpus folk. free",
        "no dynamics of its own",
        "25% of every batch",
    ):
        assert part in page


def test_what_was_known_and_cannot_be_read_is_neither_rehearsed_nor_measured(
    base: BaseModel, weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.training_run.load_base_weights", lambda base: weights)
    run = TrainingRun(corpus(style(1)), PLAN, tmp_path / "work", "", base, None, REPLAY_SHARE)
    start = run._start()
    assert start is not None
    assert start.known is None
    assert run._from()["from"]["rehearsed"] == 0
    facts = compared(base, Stepper(base.graph, SCORE, CONTEXTS), pieces(2), [])
    assert set(facts) == {"before"}
    assert summary({**facts["before"], **facts}).endswith("on what it knew before: not measured")


def test_a_training_that_begins_from_nothing_is_as_it_was(tmp_path: Path) -> None:
    run = TrainingRun(corpus(style(3, velocity=70)), PLAN, tmp_path / "work", "")
    assert run.fields == FIELDS
    assert run._start() is None
    assert run._from() == {}
    assert run.given == CONTEXTS
    assert "from" not in Fit(PLAN, SCORE, CONTEXTS, pieces(4), pieces(2), tmp_path, "abc")._settings


def test_a_model_with_dynamics_keeps_them_though_the_files_have_none(base: BaseModel, tmp_path: Path) -> None:
    loud = replace(base, card=replace(base.card, vocabulary={field.name: field.size for field in FIELDS}))
    run = TrainingRun(corpus(style(3)), PLAN, tmp_path / "work", "", loud)
    assert run.fields == FIELDS
    assert "plays with dynamics, your files hold none" in run.remarks[0]


def test_if_nothing_learned_is_better_the_model_stays_what_it_was(
    weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ruin(self: Network, batch: Batch, rate: float) -> float:
        for variable in self.model.trainable_variables:
            variable.assign(variable * 1.5)
        return 0.0

    monkeypatch.setattr(Network, "train", ruin)
    start = Start("first", weights, None)
    fitted = Fit(PLAN, SCORE, CONTEXTS, pieces(4), pieces(2, notes=17), tmp_path, "abc", start).run()
    assert fitted.history.best_validation.step == 0
    kept = fitted.network.weights()
    assert all((kept[name] == array).all() for name, array in weights.items())


def test_the_weights_begun_from_are_those_the_model_keeps_in_float32(base: BaseModel, weights: Weights) -> None:
    """Its graph is in 8 bits: from that alone they could not be had again."""
    assert read_card(base.folder).training["weights"] == "int8"
    made = network(layers=1)
    for name, array in made.weights().items():
        np.testing.assert_allclose(weights[name], 0.3 * array, rtol=1e-6)
    assert base.sizes == {"layers": 1, "units": UNITS, "width": WIDTH}


def altered(base: BaseModel, folder: Path) -> BaseModel:
    return replace(base, graph=Path(shutil.copytree(base.folder, folder)) / base.graph.name)


@pytest.mark.parametrize("keep", [0, 10, 3000])
@pytest.mark.parametrize("name", [WEIGHTS, GOLDEN])
def test_damaged_weights_are_told_in_one_line_that_names_them(
    base: BaseModel, tmp_path: Path, name: str, keep: int
) -> None:
    damaged = altered(base, tmp_path / "damaged")
    path = damaged.folder / name
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelError, match=rf"{name} cannot be begun from .*copy the folder again") as raised:
        load_base_weights(damaged)
    assert "\n" not in str(raised.value)
    if name == WEIGHTS:
        with pytest.raises(ModelError, match=f"{name} cannot be begun from"):
            find_base_model(str(damaged.folder), Path("nowhere"), {})


def test_whatever_byte_is_wrong_it_is_told_or_harmless(base: BaseModel, tmp_path: Path) -> None:
    damaged = altered(base, tmp_path / "damaged")
    path = damaged.folder / WEIGHTS
    whole, rng = path.read_bytes(), np.random.default_rng(1)
    for at in [*range(0, 60, 6), *rng.integers(0, len(whole), 60).tolist(), *range(len(whole) - 120, len(whole), 7)]:
        data = bytearray(whole)
        data[at] ^= 0x55
        path.write_bytes(data)
        with contextlib.suppress(ModelError), arrays_in(path) as kept:
            for name in kept.files:
                kept[name]


def test_weights_of_another_training_are_refused_by_the_golden_vectors(base: BaseModel, tmp_path: Path) -> None:
    damaged = altered(base, tmp_path / "other")
    path = damaged.folder / WEIGHTS
    with np.load(path) as kept:
        arrays = {name: kept[name] for name in kept.files}
    for wrong, said in (
        ({"head/pitch/bias": arrays["head/pitch/bias"][:-1]}, "cannot be begun from"),
        ({"lstm/0/recurrent": arrays["lstm/0/recurrent"] + 0.1}, r"differ by \d\.\d+.*copy the folder again"),
        ({"hidden/pitch/bias": arrays["hidden/pitch/bias"] * np.nan}, "differ by nan"),
    ):
        np.savez(path, **(arrays | wrong))
        with pytest.raises(ModelError, match=said):
            load_base_weights(damaged)
    del arrays["table/pitch/wait"]
    np.savez(path, **arrays)
    with pytest.raises(ModelError, match="cannot be begun from"):
        load_base_weights(damaged)


def test_what_cannot_be_begun_from_is_refused_before_anything_is_read(base: BaseModel, tmp_path: Path) -> None:
    for size, asked in (("layers", 2), ("units", 9), ("width", 9)):
        with pytest.raises(InputError, match=f"--{size} {asked}: first has"):
            find_base_model(str(base.folder), Path("nowhere"), {size: asked})
    without = altered(base, tmp_path / "without")
    (without.folder / WEIGHTS).unlink()
    with pytest.raises(InputError, match="cannot be begun from"):
        find_base_model(str(without.folder), Path("nowhere"), {})
    named = altered(base, tmp_path / "named")
    write_card(replace(base.card, vocabulary={SOUND: 1}, sounds=["C4"], contexts={}), named.folder)
    with pytest.raises(InputError, match="only a model of notes"):
        find_base_model(str(named.folder), Path("nowhere"), {})
    with pytest.raises(InputError, match="choose another --name"):
        find_base_model(str(base.folder), base.folder, {})


def test_an_interrupted_training_resumes_and_ends_as_one_that_was_not(
    weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight = training(weights, tmp_path / "straight").run()
    with monkeypatch.context() as patched:
        interrupt_after(patched, 4)
        stopped = training(weights, tmp_path / "stopped").run()
    assert not stopped.finished
    resumed = training(weights, tmp_path / "stopped").run()
    assert resumed.finished
    assert resumed.history.step == straight.history.step > stopped.history.step > 0
    ends = (fitted.network.model.trainable_variables for fitted in (resumed, straight))
    assert all((np.asarray(one) == np.asarray(other)).all() for one, other in zip(*ends, strict=True))
    with pytest.raises(InputError, match=r"from was first, is second.*--fresh"):
        training(weights, tmp_path / "stopped", name="second")
    with pytest.raises(InputError, match=r"rehearsed was 0\.25, is 0.*--fresh"):
        training(weights, tmp_path / "stopped", rehearse=0)
    with pytest.raises(InputError, match=r"from was first.*, is None.*--fresh"):
        Fit(PLAN, SCORE, CONTEXTS, pieces(4), pieces(2, notes=17), tmp_path / "stopped", "abc")


def test_it_learns_more_gently_and_for_five_minutes_unless_told_otherwise() -> None:
    assert tuning(Plan()).seconds == TUNING_SECONDS == 300
    assert tuning(Plan()).rate == TUNING_RATE < Plan().rate
    assert tuning(Plan(epochs=3)).seconds is None
    assert tuning(Plan(seconds=60)).seconds == 60


def test_only_the_default_corpus_read_the_same_is_rehearsed(
    base: BaseModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def learned_from(name: str, digest: str) -> Card:
        return replace(base.card, corpus={"name": name, "digest": digest})

    def missing(name: str) -> Corpus:
        raise MachineError("music21 is not installed")

    assert replay_corpus(learned_from("folk", "digest")) is None
    assert "(it was folk): nothing is rehearsed" in capsys.readouterr().out
    monkeypatch.setattr("training.held_out.read_named", lambda name: corpus(works(30)))
    assert replay_corpus(learned_from(DEFAULT, "another")) is None
    assert "is not the music that first learned from" in capsys.readouterr().out
    found = replay_corpus(learned_from(DEFAULT, "digest"))
    assert isinstance(found, HeldOut)
    assert len(found.learned) > len(found.works) > 0
    assert not {one.name for one in found.learned} & {one.name for one in found.works}
    monkeypatch.setattr("training.held_out.read_named", missing)
    assert replay_corpus(learned_from(DEFAULT, "digest")) is None
    assert "(music21 is not installed)" in capsys.readouterr().out
