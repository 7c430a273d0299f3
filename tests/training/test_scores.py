"""Scores to notes: parts merged, ties joined, chords told apart, grace notes and chord symbols left out."""

import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from midi.errors import InputError
from midi.meter import Bar, meter_of
from midi.notes import Note
from training.scores import Tune, read_score

if find_spec("music21") is None:
    pytest.skip("music21 is not installed: pip install 'antiphon[train]'", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore")  # music21's own

NOTE = (
    "<note>{chord}<pitch><step>{step}</step><octave>{octave}</octave></pitch>"
    "<duration>{duration}</duration>{tie}</note>"
)


def note(step: str, duration: int, octave: int = 4, tie: str = "", chord: str = "") -> str:
    ties = "".join(f'<tie type="{kind}"/>' for kind in tie.split())
    return NOTE.format(step=step, octave=octave, duration=duration, tie=ties, chord=chord)


def musicxml(*parts: str, transpose: str = "") -> str:
    """A score of so many parts, each a list of measures' contents; two divisions to the quarter."""
    listed = "".join(f'<score-part id="P{n}"><part-name>p</part-name></score-part>' for n, _ in enumerate(parts))
    attributes = f"<attributes><divisions>2</divisions>{transpose}</attributes>"
    bodies = "".join(
        f'<part id="P{n}"><measure number="1">{attributes}{part}</measure></part>' for n, part in enumerate(parts)
    )
    return (
        f'<?xml version="1.0"?><score-partwise version="3.1"><part-list>{listed}</part-list>{bodies}</score-partwise>'
    )


def tune_of(tmp_path: Path, name: str, text: str) -> Tune:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (tune,) = read_score(path)
    return tune


def read(tmp_path: Path, name: str, text: str) -> list[Note]:
    return list(tune_of(tmp_path, name, text).notes)


def test_all_parts_become_one_stream_in_canonical_order(tmp_path: Path) -> None:
    upper, lower = note("G", 2) + note("A", 2), note("C", 4)
    assert read(tmp_path, "duet.musicxml", musicxml(upper, lower)) == [
        Note(0, 48, 60),
        Note(0, 24, 67),
        Note(24, 24, 69),
    ]


def test_a_chord_is_its_notes(tmp_path: Path) -> None:
    chord = note("C", 2) + note("E", 2, chord="<chord/>") + note("G", 2, chord="<chord/>")
    assert [(n.onset, n.pitch) for n in read(tmp_path, "chord.xml", musicxml(chord))] == [(0, 60), (0, 64), (0, 67)]


def test_tied_notes_are_one_and_untied_repetitions_are_not(tmp_path: Path) -> None:
    tied = note("C", 2, tie="start") + note("C", 2, tie="stop start") + note("C", 1, tie="stop") + note("C", 1)
    assert read(tmp_path, "tied.musicxml", musicxml(tied)) == [Note(0, 60, 60), Note(60, 12, 60)]


def test_grace_notes_take_no_part(tmp_path: Path) -> None:
    grace = "<note><grace/><pitch><step>D</step><octave>4</octave></pitch></note>"
    assert read(tmp_path, "grace.musicxml", musicxml(grace + note("C", 2))) == [Note(0, 24, 60)]


def test_a_transposing_instrument_is_read_as_it_sounds(tmp_path: Path) -> None:
    clarinet = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
    assert read(tmp_path, "clarinet.musicxml", musicxml(note("C", 2), transpose=clarinet))[0].pitch == 58


def test_a_compressed_score_is_read_from_its_zip(tmp_path: Path) -> None:
    path = tmp_path / "score.mxl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("score.xml", musicxml(note("E", 2)))
    assert [tune.notes for tune in read_score(path)] == [(Note(0, 24, 64),)]


ABC = """\
% a book
X:1
T:One
M:4/4
L:1/4
K:C
"Am"C (3DDD {g}E|[CE]2 z2|
X:2
T:Without music
K:C

X:3
T:Three
M:3/4
L:1/8
K:G
F2 G2 A2|
"""


def test_a_book_of_tunes_gives_each_and_names_the_one_without_music(tmp_path: Path) -> None:
    path = tmp_path / "book.abc"
    path.write_text(ABC, encoding="utf-8")
    tunes = {tune.label: tune for tune in read_score(path)}
    assert [(n.onset, n.duration, n.pitch) for n in tunes["1"].notes] == [
        (0, 24, 60),
        (24, 16, 62),
        (40, 16, 62),
        (56, 16, 62),
        (72, 24, 64),
        (96, 48, 60),
        (96, 48, 64),
    ]
    assert [n.pitch for n in tunes["3"].notes] == [66, 67, 69]
    assert tunes["2"].notes == ()
    assert tunes["2"].fault


def test_humdrum_is_read(tmp_path: Path) -> None:
    kern = "**kern\t**kern\n*M2/4\t*M2/4\n=1\t=1\n4C\t8cc\n.\t8dd\n4D\t4ee\n*-\t*-\n"
    assert [(n.onset, n.pitch) for n in read(tmp_path, "two.krn", kern)] == [
        (0, 48),
        (0, 72),
        (12, 74),
        (24, 50),
        (24, 76),
    ]


def test_a_note_is_of_its_part_and_a_unison_of_the_part_where_it_is_longer(tmp_path: Path) -> None:
    upper, lower = note("G", 2) + note("C", 1), note("C", 2) + note("C", 2)
    tune = tune_of(tmp_path, "duet.musicxml", musicxml(upper, lower))
    assert [(n.onset, n.duration, n.pitch) for n in tune.notes] == [(0, 24, 60), (0, 24, 67), (24, 24, 60)]
    assert tune.parts == (1, 0, 1)


def test_equal_notes_of_two_parts_are_the_upper_ones(tmp_path: Path) -> None:
    assert tune_of(tmp_path, "unison.musicxml", musicxml(note("C", 2), note("C", 2))).parts == (0,)


def test_a_score_in_which_no_meter_is_told_has_no_bars(tmp_path: Path) -> None:
    assert tune_of(tmp_path, "free.musicxml", musicxml(note("C", 2))).bars == ()


def in_three(*measures: str) -> str:
    """A score of one part, of these measures in three-four time."""
    time = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    return musicxml(time + "</measure><measure>".join(measures))


def test_measures_of_musicxml_are_bars_from_their_pickup_on(tmp_path: Path) -> None:
    text = in_three(note("G", 2), note("C", 6), note("E", 4), note("G", 2), note("C", 6))
    assert tune_of(tmp_path, "pickup.musicxml", text).bars == (Bar(0, 48, meter_of(3, 4)),)


def abc_bars(tmp_path: Path, music: str, meter: str = "3/4") -> tuple[Bar, ...]:
    return tune_of(tmp_path, "tune.abc", f"X:1\nT:One\nM:{meter}\nL:1/4\nK:C\n{music}\n").bars


def test_measures_of_abc_are_bars_from_their_pickup_on(tmp_path: Path) -> None:
    assert abc_bars(tmp_path, "G|CDE|FG:|:A|GFE|DC|]") == (Bar(0, 48, meter_of(3, 4)),)


def test_common_and_cut_time_are_told_apart(tmp_path: Path) -> None:
    assert abc_bars(tmp_path, "CDEF|GABc|", "C") == (Bar(0, 0, meter_of(4, 4)),)
    assert abc_bars(tmp_path, "CDEF|GABc|", "C|") == (Bar(0, 0, meter_of(2, 2)),)


@pytest.mark.parametrize("change", ["[M:2/4]", "\nM:2/4\n"])
def test_abc_in_several_meters_has_no_bars_since_music21_drops_the_change(tmp_path: Path, change: str) -> None:
    assert abc_bars(tmp_path, f"CDE|FGA|{change}BA|GF|") == ()


def test_a_change_of_meter_in_musicxml_changes_the_bars(tmp_path: Path) -> None:
    two = "<attributes><time><beats>2</beats><beat-type>4</beat-type></time></attributes>"
    text = in_three(note("C", 6), two + note("C", 4), note("C", 4))
    assert tune_of(tmp_path, "change.musicxml", text).bars == (Bar(0, 0, meter_of(3, 4)), Bar(72, 0, meter_of(2, 4)))


def test_the_rest_of_an_overlong_measure_is_no_change_of_meter(tmp_path: Path) -> None:
    meters = {bar.meter for bar in abc_bars(tmp_path, "CDE|FGABc|DEF|GAB|")}
    assert meters == {meter_of(3, 4)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.musicxml", b"not music at all"),
        ("truncated.mxl", b"PK\x03\x04 and no more"),
        ("page.xml", b"<html><body/></html>"),
        ("empty.abc", b""),
        ("noise.krn", bytes(range(256))),
    ],
)
def test_what_is_no_score_is_refused_in_one_line_that_names_it(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as told:
        read_score(path)
    assert str(told.value).startswith(str(path))
    assert "\n" not in str(told.value)
