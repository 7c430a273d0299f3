"""The split: by family, deterministic, and valid however little music there is."""

import random

import pytest

from tests.training.music import melody, transposed, work, works
from training.pieces import Piece
from training.split import Split, split


def parts(made: Split) -> list[set[str]]:
    return [{one.name for one in part} for part in (made.train, made.valid, made.test)]


def test_every_work_is_in_one_part_and_the_parts_are_80_10_10_of_the_notes() -> None:
    music = works(200)
    train, valid, test = parts(split(music))
    assert train | valid | test == {one.name for one in music}
    assert len(train) + len(valid) + len(test) == 200
    assert 15 <= len(valid) <= 25
    assert 15 <= len(test) <= 25


def test_no_family_is_parted() -> None:
    music: list[Piece] = []
    for seed in range(60):
        tune = melody(seed)
        music += [work(f"{seed}-{n}", transposed(tune, n)) for n in range(3)]
    for part in parts(split(music)):
        tunes = {name.partition("-")[0] for name in part}
        assert {f"{tune}-{n}" for tune in tunes for n in range(3)} == part


def test_the_order_of_reading_does_not_matter_and_the_seed_does() -> None:
    music = works(100)
    shuffled = random.Random(1).sample(music, len(music))
    assert parts(split(shuffled)) == parts(split(music))
    assert parts(split(music, seed=2)) != parts(split(music))


def test_one_more_work_moves_few_others() -> None:
    before = parts(split(works(100)))
    after = parts(split(works(101)))
    assert len(before[2] - after[2]) <= 2


@pytest.mark.parametrize("count", [2, 3, 4, 9])
def test_with_few_pieces_there_is_still_something_to_learn_and_something_held_out(count: int) -> None:
    made = split(works(count))
    assert made.train
    assert made.valid
    assert bool(made.test) is (count > 2)
    assert made.judged == (made.test or made.valid)
    assert bool(made.remark) is (count == 2)
    assert sum(map(len, parts(made))) == count


def test_of_a_single_piece_the_last_tenth_is_held_out_and_that_is_said() -> None:
    (music,) = works(1, notes=100)
    made = split([music])
    assert (made.train[0].notes == music.notes[:90]).all()
    assert (made.valid[0].notes == music.notes[90:]).all()
    assert "last tenth" in made.remark


def test_a_single_note_is_no_music_to_hold_out_and_that_is_said() -> None:
    made = split([work("a", melody(1, notes=1))])
    assert "too little music" in made.remark


def test_one_long_work_does_not_swallow_the_held_out_parts() -> None:
    music = [*works(50), work("long", melody(999, notes=6000))]
    assert "long" in parts(split(music))[0]
