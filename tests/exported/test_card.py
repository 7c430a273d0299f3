"""A model folder is trusted only if everything in it agrees; what does not is shown with both values."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exported.card import (
    CARD,
    FORMAT,
    GRAPH,
    SOUND,
    Card,
    check_graph,
    conditions,
    constant_names,
    input_names,
    output_names,
    read_card,
    sha256,
    write_card,
)
from exported.model_store import check_name, find_model, models
from midi.errors import InputError, ModelError
from midi.tokens import CONTEXTS, FIELDS, POSITION, STYLED_CONTEXTS, STYLED_FIELDS, Field, fingerprint

SCORE_FIELDS = {field.name: field.size for field in FIELDS[:4]}
GRAPH_BYTES = b"\x12\x03toy"
"""An ONNX model that says who made it, and nothing else."""
PLACES = {field.name: field.size for field in CONTEXTS}


def make(folder: Path, name: str = "toy") -> Path:
    """A folder whose graph is a few bytes: nothing here runs it."""
    folder.mkdir(parents=True)
    (folder / GRAPH).write_bytes(GRAPH_BYTES)
    card = Card(
        name=name,
        graph_sha256=sha256(folder / GRAPH),
        vocabulary=SCORE_FIELDS,
        contexts=PLACES,
        state_size=8,
        key_size=4,
        parameters=100,
        parity_tolerance=1e-4,
        corpus={"name": "nothing", "pieces": 3, "notes": 1_000},
        held_out={"total": 2.5, "n-gram": 2.9},
    )
    write_card(card, folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "exported" / "toy")


def change(folder: Path, **values: Any) -> None:
    content = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps(content | values))


def test_a_card_is_read_as_it_was_written(folder: Path) -> None:
    card = read_card(folder)
    assert (card.name, card.parameters, card.held_out["total"], card.format) == ("toy", 100, 2.5, FORMAT)
    assert card.fields == FIELDS[:4]
    assert card.context_fields == CONTEXTS
    assert card.inputs == (*FIELDS[:4], *CONTEXTS)
    assert not card.learned_velocity
    assert check_graph(folder, card) == folder / GRAPH


def test_one_changed_byte_of_the_graph_is_found(folder: Path) -> None:
    card = read_card(folder)
    (folder / GRAPH).write_bytes(GRAPH_BYTES + b"\0")
    with pytest.raises(ModelError) as raised:
        check_graph(folder, card)
    assert card.graph_sha256 in str(raised.value)
    assert sha256(folder / GRAPH) in str(raised.value)


def test_a_missing_graph_is_found(folder: Path) -> None:
    card = read_card(folder)
    (folder / GRAPH).unlink()
    with pytest.raises(ModelError, match=r"it has no model\.onnx"):
        check_graph(folder, card)


def test_a_folder_without_a_card_is_no_model(folder: Path) -> None:
    (folder / CARD).unlink()
    with pytest.raises(ModelError, match=r"is not a model: it has no card\.json"):
        read_card(folder)


@pytest.mark.parametrize("other", [1, 3, "2", None])
def test_another_format_is_refused_with_both(folder: Path, other: object) -> None:
    change(folder, format=other)
    with pytest.raises(ModelError, match=f"has format {other!r}; this Antiphon reads format {FORMAT}"):
        read_card(folder)


def test_another_fingerprint_is_refused_with_both(folder: Path) -> None:
    ours = read_card(folder).fingerprint
    change(folder, fingerprint="0123456789abcdef")
    with pytest.raises(ModelError, match=f"fingerprint 0123456789abcdef; this Antiphon's is {ours}"):
        read_card(folder)


@pytest.mark.parametrize(
    "vocabulary",
    [
        SCORE_FIELDS | {"pitch": 88},
        {"pitch": 128, "wait": SCORE_FIELDS["wait"], "duration": SCORE_FIELDS["duration"]},
        {"wait": SCORE_FIELDS["wait"], "duration": SCORE_FIELDS["duration"]},
        SCORE_FIELDS | {"timbre": 4},
    ],
    ids=["another size", "another order", "a field left out", "a field unknown"],
)
def test_another_vocabulary_is_refused_with_both(folder: Path, vocabulary: dict[str, int]) -> None:
    change(folder, vocabulary=vocabulary)
    with pytest.raises(ModelError) as raised:
        read_card(folder)
    assert "this Antiphon" in str(raised.value)


@pytest.mark.parametrize(
    "contexts",
    [
        PLACES | {POSITION.name: 96},
        {POSITION.name: POSITION.size},
        dict(reversed(PLACES.items())),
        PLACES | {"key": 24},
    ],
    ids=["another size", "one left out", "another order", "one unknown"],
)
def test_other_contexts_are_refused(folder: Path, contexts: dict[str, int]) -> None:
    change(
        folder, contexts=contexts, fingerprint=fingerprint([Field(*one) for one in (SCORE_FIELDS | contexts).items()])
    )
    with pytest.raises(ModelError, match="contexts"):
        read_card(folder)


@pytest.mark.parametrize("left_out", [(), ("voice",), ("voice", "meter", "position")])
def test_a_model_may_lack_the_voice_and_the_places(folder: Path, left_out: tuple[str, ...]) -> None:
    vocabulary, contexts = (
        {name: size for name, size in sizes.items() if name not in left_out} for sizes in (SCORE_FIELDS, PLACES)
    )
    write_card(replace(read_card(folder), vocabulary=vocabulary, contexts=contexts), folder)
    assert [field.name for field in read_card(folder).inputs] == [*vocabulary, *contexts]


@pytest.mark.parametrize("left_out", [(), ("pedal", "style")], ids=["styles", "drummer"])
def test_a_model_of_styles_and_a_drummer_are_read(folder: Path, left_out: tuple[str, ...]) -> None:
    vocabulary, contexts = (
        {field.name: field.size for field in fields if field.name not in left_out}
        for fields in (STYLED_FIELDS, STYLED_CONTEXTS)
    )
    write_card(replace(read_card(folder), vocabulary=vocabulary, contexts=contexts), folder)
    assert [field.name for field in read_card(folder).inputs] == [*vocabulary, *contexts]


def test_a_model_of_sounds_has_one_field_and_a_name_for_each_class(folder: Path) -> None:
    card = replace(read_card(folder), vocabulary={SOUND: 2}, contexts={}, sounds=["C4", "C4.E4"])
    write_card(card, folder)
    assert read_card(folder).fields == (Field(SOUND, 2),)
    write_card(replace(card, sounds=["C4"]), folder)
    with pytest.raises(ModelError, match="a name for each class"):
        read_card(folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[: len(content) // 2], "cannot be read as a card"),
        (lambda content: "[]", "holds a list, not an object"),
        (
            lambda content: content.replace('"key_size"', '"key_sizes"'),
            r"missing \['key_size'\], unknown \['key_sizes'\]",
        ),
    ],
)
def test_a_damaged_card_is_refused(folder: Path, damage: Callable[[str], str], message: str) -> None:
    (folder / CARD).write_text(damage((folder / CARD).read_text()))
    with pytest.raises(ModelError, match=message):
        read_card(folder)


def test_tensors_are_named_in_drawing_order() -> None:
    fields = FIELDS[:3]
    assert input_names((*fields, *CONTEXTS)) == ["voice", "wait", "pitch", "meter", "position", "state"]
    assert output_names(fields) == ["next_state", "key", "voice_hidden", "wait_hidden", "pitch_hidden"]
    assert constant_names(fields, CONTEXTS) == [
        *("wait_given_voice", "pitch_given_voice", "pitch_given_wait", "pitch_given_meter", "pitch_given_position"),
        *("voice_weights", "voice_bias", "wait_weights", "wait_bias", "pitch_weights", "pitch_bias"),
    ]


def test_a_head_is_told_every_earlier_field_and_the_place_once_the_wait_is_known() -> None:
    def told(given: tuple[Field, ...]) -> list[int]:
        pairs = list(conditions(FIELDS, given))
        return [sum(later is field for later, _ in pairs) for field in FIELDS]

    assert told(()) == [0, 1, 2, 3, 4]
    assert told(CONTEXTS) == [0, 1, 4, 5, 6]


@pytest.mark.usefixtures("folder")
def test_a_model_is_found_by_name_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_model("toy") == tmp_path / "exported" / "toy"
    assert find_model("exported/toy") == Path("exported/toy")


def test_a_name_in_two_folders_is_the_nearer_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = make(tmp_path / "exported" / "toy"), make(tmp_path / "shipped" / "exported" / "toy")
    other = make(tmp_path / "shipped" / "exported" / "other")
    monkeypatch.setattr("exported.model_store.SHIPPED", far.parent)
    monkeypatch.chdir(tmp_path)
    assert models() == [other, near]


def test_an_unknown_model_is_refused_with_those_there_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parents[1])
    with pytest.raises(InputError, match=r"no model named 'nobody'; there are: .*toy"):
        find_model("nobody")


@pytest.mark.parametrize("name", ["mine", "Bach-2", "a.b_c", "7th"])
def test_names_that_can_be_folders_are_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b", "-x", "x" * 65, "é", "a\n"])
def test_names_that_cannot_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot name a model"):
        check_name(name)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"state_size": 10**9}, "state_size is 1000000000; it must be a number from 1 to"),
        ({"key_size": 0}, "key_size is 0; it must be a number from 1 to"),
        ({"parity_tolerance": float("nan")}, "nan is no number that a card may hold"),
        ({"training": {"seconds": float("-inf")}}, "-inf is no number that a card may hold"),
        ({"training": {"steps": 10**300}}, "is no number that a card may hold"),
        ({"imitation": {"sharpness": 1e6}}, "imitation's sharpness is 1000000.0; it must be a number from 0 to 100"),
        ({"imitation": {"doubt": "much"}}, "imitation's doubt is 'much'"),
        ({"imitation": {"shares": {"pitch": 7}}}, "imitation's share is 7"),
        ({"imitation": {"shares": [0.5]}}, "imitation's shares are"),
        ({"held_out": {"nats_per_note": "good"}}, "nats_per_note in held_out is 'good'"),
        ({"held_out": {"nats_per_note": 2, "baselines": {"unigram": 3}}}, "nats_per_note in held_out is None"),
        ({"held_out": {"baselines": {"unigram": {}}}}, "nats_per_note in held_out is None"),
        ({"sounds": [1]}, "they must be names"),
        ({"corpus": {"name": "\x1b]0;owned\x07"}}, r"holds control characters"),
        ({"corpus": {"\x1b[2J": "x"}}, r"holds control characters"),
        ({"name": "a\u202eb"}, r"'a\\u202eb' holds control characters"),
    ],
)
def test_what_no_card_holds_is_refused_in_one_line(folder: Path, values: dict[str, Any], message: str) -> None:
    change(folder, **values)
    with pytest.raises(ModelError, match=message) as raised:
        read_card(folder)
    text = str(raised.value)
    assert text.isprintable()
    assert len(text) < 400 + len(str(folder))


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, '{"a": ' + "9" * 10_000 + "}", '"' + "x" * 1_000_001 + '"'],
    ids=["nested lists", "nested objects", "ten thousand digits", "a megabyte"],
)
def test_a_card_without_bounds_is_refused_in_one_line(folder: Path, text: str) -> None:
    (folder / CARD).write_text(text)
    with pytest.raises(ModelError) as raised:
        read_card(folder)
    assert str(raised.value).isprintable()


def test_names_of_files_are_written_so_that_they_can_be_read(folder: Path) -> None:
    card = replace(read_card(folder), corpus={"skipped": {"a\x1b[2Jb.mid": "no\nnotes"}})
    write_card(card, folder)
    assert read_card(folder).corpus == {"skipped": {"a\\x1b[2Jb.mid": "no\\x0anotes"}}
