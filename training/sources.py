"""The sources of the default corpus: its collections, and the encoders that their files themselves name."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LICENCE = (
    "The music is in the public domain. The encodings come with music21, whose corpus/license.txt says that they are "
    "distributed with the permission of the encoders, and that it assumes no copyright in them."
)
COLLECTIONS: dict[str, str] = {
    "airdsAirs": "James Aird, A Selection of Scotch, English, Irish and Foreign Airs, Glasgow 1778 to 1801",
    "bach": "Johann Sebastian Bach, chorales in four parts and movements from cantatas",
    "miscFolk": "American fife tunes; Bruce and Stokoe, Northumbrian Minstrelsy, 1882",
    "oneills1850": "Francis O'Neill, Music of Ireland: 1850 Melodies, Chicago 1903",
    "ryansMammoth": "William Bradbury Ryan, Ryan's Mammoth Collection, Boston 1883",
}
UNNAMED = {
    "bach": "the files name no encoder; edited and converted by the music21 project (MuseScore, Finale, music21)"
}
FEWEST = 5
"""An encoder of fewer tunes than this is counted, not named."""

_EMAIL = re.compile(r"[<(]?\S+[@:]\S+\.\S+[>)]?")
_DATE = re.compile(r"\b\d[\d/-]{3,}\d\b")
_NAME = re.compile(r"[A-Z][\w.']* ?[\w.' -]*[A-Z][\w.' -]*")
_PREFIX = re.compile(
    r"^(transcribed|contributed|corrected|abc\S*|copyright|edited)?\s*(\d{4,8}\s*)?(by\s+)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Source:
    """A collection: its folder, what it is, and its encoders with the number of tunes each is named in."""

    folder: str
    title: str
    encoders: str


def sources(root: Path) -> list[Source]:
    """The collections in music21's corpus folder, with the encoders that the `Z:` lines of the ABC files name."""
    return [Source(folder, title, _encoders(root / folder, folder)) for folder, title in COLLECTIONS.items()]


def _encoders(folder: Path, name: str) -> str:
    if name in UNNAMED:
        return UNNAMED[name]
    tunes = Counter(_names(folder.glob("*.abc")))
    named = [f"{encoder} ({count})" for encoder, count in tunes.most_common() if count >= FEWEST]
    others = sum(count for count in tunes.values() if count < FEWEST)
    return ", ".join(named) + (f", and others ({others})" if others else "")


def _names(paths: Iterable[Path]) -> Iterable[str]:
    """The encoder in each `Z:` line (ABC 2.1, 3.1.12: transcription), without address, date and 'transcribed by'."""
    for path in sorted(paths):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("Z:"):
                text = _DATE.sub("", _EMAIL.sub("", line[2:].replace('"', " ").split("*")[0].replace("http:", " ")))
                name = _PREFIX.sub("", " ".join(text.split()).strip(" ,"))
                name = name.split(",")[0].split("(")[0].strip(" .,/")
                if _NAME.fullmatch(name):
                    yield name
