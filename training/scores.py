"""Scores (MusicXML, ABC, Humdrum) to notes, by music21. Its one rule: music21 only parses what it is handed.

music21's own `converter.parse` keeps pickles of what it read and follows URLs; the format parsers below do neither.
"""

import importlib
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from midi.errors import InputError
from midi.meter import UNKNOWN_METER, Bar, bar_ticks, merged, meter_of
from midi.notes import TICKS_PER_BEAT, Note, canonical
from midi.text import printable

SUFFIXES = (".mxl", ".musicxml", ".xml", ".abc", ".krn")


@dataclass(frozen=True, slots=True)
class Measure:
    """The music between two bar lines: its first tick, its length in ticks, and the meter in force."""

    tick: int
    ticks: int
    meter: int


def bars_of(measures: Sequence[Measure]) -> tuple[Bar, ...]:
    """The bars that measures in their order make up.

    The first measure, if short, ends with its bar. Short ones in a row that are one bar together continue each other.
    Any other short one ends with its bar if it is at most half of one, as a pickup does, and else begins with it, as
    the last bar of a section does whose pickup it leaves room for. Longer ones begin with a bar.
    """
    return merged(_placed([measure for measure in measures if measure.ticks > 0]))


def _placed(measures: Sequence[Measure]) -> Iterator[Bar]:
    index = 0
    while index < len(measures):
        first = measures[index]
        together = _together(measures, index)
        if first.meter == UNKNOWN_METER or together > 1:
            position = 0
        else:
            position = _alone(first.ticks, bar_ticks(first.meter), opening=index == 0)
        for measure in measures[index : index + together]:
            yield Bar(measure.tick, position, measure.meter)
            position += measure.ticks
        index += together


def _together(measures: Sequence[Measure], index: int) -> int:
    """Count the measures from here on that are one bar together; 1 if none are."""
    meter = measures[index].meter
    if index == 0 or meter == UNKNOWN_METER:
        return 1
    filled = 0
    for end in range(index, len(measures)):
        filled += measures[end].ticks
        if measures[end].meter != meter or filled > bar_ticks(meter):
            break
        if filled == bar_ticks(meter):
            return end + 1 - index
    return 1


def _alone(ticks: int, whole: int, *, opening: bool) -> int:
    """The ticks of its bar that are over where a measure begins that no other completes."""
    pickup = ticks < whole if opening else 2 * ticks <= whole
    return whole - ticks if pickup else 0


@dataclass(frozen=True, slots=True)
class Tune:
    """One work out of a file: its label inside the file ("" if it is the only one), its notes or why there are none.

    `parts`: for each note the index of the score's part it stands in; `bars`: none where the score has no measures.
    """

    label: str
    notes: tuple[Note, ...]
    fault: str = ""
    parts: tuple[int, ...] = ()
    bars: tuple[Bar, ...] = ()


def read_score(path: Path) -> list[Tune]:
    """The works of a score file, all parts of each merged into one stream of notes in canonical order, no velocity.

    A unison of two parts is one note, of the part where it is longer, or else of the upper one.

    A tune that music21 cannot read is returned with its fault; the others of its file are kept.

    Raises:
        InputError: the file cannot be read or nothing in it is music.
    """
    reader = {".abc": _read_abc, ".krn": _read_humdrum}.get(path.suffix.lower(), _read_musicxml)
    try:
        tunes = list(reader(path))
    except InputError:
        raise
    except RecursionError:
        raise InputError(f"{path}: nested too deeply for music21") from None
    except Exception as error:  # noqa: BLE001 - music21 lets through whatever its parsers stumble over
        raise InputError(f"{path}: music21 cannot read it ({reason(error)})") from None
    if not any(tune.notes for tune in tunes):
        raise InputError(f"{path}: {next((tune.fault for tune in tunes), 'no notes in it')}")
    return tunes


def reason(error: BaseException) -> str:
    """One short line for an error of somebody else's."""
    if isinstance(error, MemoryError):
        return "it takes more memory than a file may"
    text = " ".join(str(error).split())
    return printable(f"{type(error).__name__}: {text}"[:160]) if text else type(error).__name__


def _music21(module: str) -> Any:
    """A part of music21, imported only where a score is read (it takes a second), and untyped."""
    return importlib.import_module(f"music21.{module}")


def _read_musicxml(path: Path) -> Iterator[Tune]:
    importer = _music21("musicxml.xmlToM21").MusicXMLImporter()
    importer.xmlText = _musicxml_of(path)
    importer.parseXMLText()
    yield from _tunes(importer.stream)


def _musicxml_of(path: Path) -> str | bytes:
    """The MusicXML document in a file; a compressed one (.mxl) is a zip with one document beside META-INF."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        scores = [
            name
            for name in archive.namelist()
            if name.lower().endswith((".xml", ".musicxml")) and not name.startswith(("META-INF", "__MACOSX"))
        ]
        if not scores:
            raise InputError(f"{path}: a zip without MusicXML in it")
        return archive.read(scores[0])


def _read_humdrum(path: Path) -> Iterator[Tune]:
    humdrum = _music21("humdrum.spineParser").HumdrumDataCollection(_text(path))
    humdrum.parse()
    yield from _tunes(humdrum.stream)


def _read_abc(path: Path) -> Iterator[Tune]:
    """Each tune by itself, so that one that music21 stumbles over costs only itself."""
    abc = _music21("abcFormat")
    for label, text in _abc_tunes(_text(path)):
        try:
            score = abc.translate.abcToStreamScore(abc.ABCFile().readstr(text))
            yield _tune(score, label, _abc_meter(text))
        except Exception as error:  # noqa: BLE001 - as in read_score
            yield Tune(label, (), f"music21 cannot read it ({reason(error)})")


def _abc_tunes(text: str) -> Iterator[tuple[str, str]]:
    """(reference number, text) of each tune of an ABC file; what precedes the first is part of each (ABC 2.1, 2.2)."""
    header: list[str] = []
    tunes: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("X:"):
            tunes.append((line[2:].split("%")[0].strip(), [*header, line]))
        elif tunes:
            tunes[-1][1].append(line)
        else:
            header.append(line)
    if not tunes:
        yield "", text
    for number, lines in tunes:
        yield ("" if len(tunes) == 1 else number), "\n".join(lines) + "\n"


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _tunes(stream: Any) -> Iterator[Tune]:
    """A music21 stream is one score, or an Opus of several."""
    scores = list(getattr(stream, "scores", ())) if "Opus" in stream.classes else [stream]
    for index, score in enumerate(scores):
        yield _tune(score, str(index + 1) if len(scores) > 1 else "")


def _abc_meter(text: str) -> int:
    """The meter that an ABC tune names; unknown if it names several: music21 drops every change of meter in ABC."""
    named = {"C": "4/4", "C|": "2/2"}
    fields = {named.get(field, field) for field in re.findall(r"(?:^|\[)M:\s*([^\]\s%]+)", text, re.MULTILINE)}
    match = re.fullmatch(r"(\d+)/(\d+)", fields.pop()) if len(fields) == 1 else None
    return meter_of(int(match[1]), int(match[2])) if match else UNKNOWN_METER


def _tune(score: Any, label: str, meter: int | None = None) -> Tune:
    staves = _sounding_parts(score)
    struck = [(note, index) for index, part in enumerate(staves) for note in _part_notes(part)]
    notes = tuple(canonical(note for note, _ in struck))
    parts: dict[Note, int] = {}
    for note, index in struck:
        parts.setdefault(note, index)
    bars = bars_of(_measures(staves[0], meter))
    return Tune(label, notes, "" if notes else "no notes in it", tuple(parts[note] for note in notes), bars)


def _measures(part: Any, meter: int | None) -> list[Measure]:
    """A part's measures, in that meter or, if it is None, in those of their time signatures.

    For ABC it is told: music21 makes up time signatures there, for what is too much in an overlong measure.
    """
    elements = list(part.getElementsByClass("Measure"))
    begins = [_ticks(measure.offset) for measure in elements]
    running, measures = UNKNOWN_METER if meter is None else meter, []
    for measure, (begin, end) in zip(elements, pairwise([*begins, _ticks(part.highestTime)]), strict=True):
        signature = measure.timeSignature
        if meter is None and signature is not None:
            running = meter_of(signature.numerator, signature.denominator)
        measures.append(Measure(begin, end - begin, running))
    return measures


def _sounding_parts(score: Any) -> list[Any]:
    """The parts at sounding pitch: a clarinet's written C is a B flat."""
    if any(instrument.transposition for instrument in score.recurse().getElementsByClass("Instrument")):
        score = score.toSoundingPitch()
    return list(score.parts) or [score]


def _part_notes(part: Any) -> list[Note]:
    """A part's notes in ticks: chords expanded, tied notes joined, grace notes (no time of their own) dropped."""
    notes: list[Note] = []
    tied: dict[int, dict[int, int]] = defaultdict(dict)
    """pitch -> tick at which a note tied onward ends -> its index in `notes`."""
    for onset, duration, pitch, tie in sorted(_struck(part), key=lambda struck: (struck[0], struck[2])):
        held = tied[pitch].pop(onset, None) if tie in ("stop", "continue") else None
        if held is None:
            held = len(notes)
            notes.append(Note(onset, duration, pitch))
        else:
            began = notes[held].onset
            notes[held] = Note(began, onset + duration - began, pitch)
        if tie in ("start", "continue"):
            tied[pitch][onset + duration] = held
    return notes


def _struck(part: Any) -> Iterator[tuple[int, int, int, str]]:
    """(onset, duration, pitch, tie) of every written note head; chord symbols and percussion are not notes."""
    for element in part.flatten().notes:
        if element.duration.isGrace or "Harmony" in element.classes:
            continue
        onset = _ticks(element.offset)
        duration = max(1, _ticks(element.offset + element.quarterLength) - onset)
        for head in getattr(element, "notes", (element,)):
            pitch = getattr(head, "pitch", None)
            if pitch is None or not 0 <= pitch.midi <= 127:
                continue
            tie = head.tie or element.tie
            yield onset, duration, int(pitch.midi), tie.type if tie is not None else ""


def _ticks(quarters: Any) -> int:
    """A music21 offset, a float or a fraction, to the nearest tick."""
    return round(float(quarters) * TICKS_PER_BEAT)
