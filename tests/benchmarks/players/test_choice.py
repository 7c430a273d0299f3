"""What the flags of `bench players` choose."""

import argparse
from pathlib import Path

import pytest

from benchmarks.players.choice import TRIAL_NAMES, Choice, add_player_flags, choice_of
from benchmarks.players.phrases import all_phrases
from benchmarks.players.trials import TRIALS
from midi.errors import InputError


def chosen(*words: str) -> Choice:
    parser = argparse.ArgumentParser()
    add_player_flags(parser)
    return choice_of(parser.parse_args(words))


def names(choice: Choice) -> list[str]:
    return [phrase.name for phrase in choice.phrases]


def test_without_a_flag_everything_is_played() -> None:
    choice = chosen()
    assert names(choice) == list(all_phrases())
    assert choice.modes == ("reply", "accompany", "solo")
    assert choice.knows_bpm == (True, False)
    assert choice.trials == TRIAL_NAMES == tuple(TRIALS)


def test_a_phrase_that_is_named_is_played_alone_and_without_trials() -> None:
    choice = chosen("--phrase", "jig_g", "--mode", "solo", "--bpm-heard")
    assert (names(choice), choice.modes, choice.knows_bpm, choice.trials) == (["jig_g"], ("solo",), (False,), ())


def test_a_trial_that_is_named_comes_without_the_table() -> None:
    choice = chosen("--trial", "starts")
    assert (names(choice), choice.trials) == ([], ("starts",))


def test_live_plays_the_pitched_phrases_in_reply() -> None:
    choice = chosen("--live")
    assert len(choice.phrases) == 8
    assert choice.modes == ("reply",)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--seeds", "0"), "--seeds 0 is out of range: 1 to 1000"),
        (("--times", "2"), "--times 2 is out of range: 3 to 8"),
        (("--phrase", "polka"), "no phrase 'polka'; there are: "),
        (("--json", "/nowhere/x.json"), "cannot write /nowhere/x.json: give --json a file in a folder that is there"),
    ],
)
def test_a_mistake_is_told_before_anything_is_played(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError, match=f"^{told}"):
        chosen(*words)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"):
        chosen("--json", str(tmp_path))
