"""Touch and style as ids: known where they are known, and another tempo changes waits but no chord."""

import numpy as np

from midi.notes import ANSWER, HUMAN
from midi.tokens import DEVIATION, FIELDS, PEDAL, STYLE, STYLES, VOICE, WAIT, fingerprint
from midi.touch import deviation_class
from tests.training.styled_music import INPUTS, encoded, piece
from training.encoding import column, rescaled, tokens
from training.note_tables.styled_piece import NO_DEVIATION, StyledPiece
from training.styled_encoding import encode_styled


def ids_of(whole: StyledPiece, name: str) -> list[int]:
    ids: list[list[int]] = encode_styled(whole, INPUTS).ids.T.tolist()
    return ids[[field.name for field in INPUTS].index(name)]


def test_the_notes_are_encoded_as_without_touch() -> None:
    whole = piece("a", "jazz", 1)
    assert (encode_styled(whole, INPUTS).ids[:, : len(FIELDS)] == tokens(whole.piece, FIELDS)).all()


def test_deviations_are_those_of_midi_touch() -> None:
    whole = piece("a", "jazz", 1)
    assert ids_of(whole, DEVIATION.name) == [deviation_class(ms) for ms in whole.deviation.tolist()]


def test_what_is_not_known_is_unknown() -> None:
    whole = piece("a", "jazz", 1)
    whole.deviation[3] = NO_DEVIATION
    assert ids_of(whole, DEVIATION.name)[3] == DEVIATION.unknown
    assert set(ids_of(whole, PEDAL.name)) == {PEDAL.unknown}
    assert set(ids_of(whole, STYLE.name)) == {STYLES.index("jazz")}


def test_the_humans_parts_are_the_humans() -> None:
    assert set(ids_of(piece("a", "song", 1, human_parts=frozenset({0})), VOICE.name)) == {HUMAN}
    assert set(ids_of(piece("a", "song", 1), VOICE.name)) == {ANSWER}


def test_at_another_tempo_waits_change_and_chords_stay() -> None:
    ids, wait = encoded("performance", 1).ids, column(INPUTS, WAIT)
    ids[5, wait], ids[6, wait] = 0, 1
    slower, faster = rescaled(ids, INPUTS, 1.5), rescaled(ids, INPUTS, 0.4)
    assert slower[5, wait] == faster[5, wait] == 0
    assert faster[6, wait] == 1
    assert (slower[7:, wait] == np.array([18 if w == 12 else 36 for w in ids[7:, wait]])).all()


def test_the_fingerprint_tells_models_with_touch_apart() -> None:
    assert len({fingerprint(inputs) for inputs in (FIELDS, INPUTS, INPUTS[:-1])}) == 3
