"""The demonstrations of a model: for each style one phrase, its answer, a picture and a sound file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.demos.duet import ANTIPHON, duet_of
from benchmarks.demos.picture import draw_duet
from benchmarks.demos.sound import write_sound
from benchmarks.told_apart.exchanges import exchanges
from benchmarks.told_apart.trial import BPM
from realtime.improviser.step_model import StepModel
from training.note_tables.styled_piece import StyledPiece

TEMPI = {"folk": 110.0, "chorale": 76.0, "song": 84.0, "classical": 88.0, "ragtime": 88.0, "jazz": 160.0, "bass": 160.0}
"""Quarter notes a minute at which a style's phrases are played; the others at the usual BPM."""


def make_demos(model: StepModel, pieces: Mapping[str, Sequence[StyledPiece]], out: Path, seed: int) -> Iterator[str]:
    """Answer a phrase of each style and write both files; yields a line for each style.

    Raises:
        InputError, MachineError: a file cannot be made.
    """
    for folder in ("pictures", "sounds"):
        (out / folder).mkdir(exist_ok=True)
    for style, candidates in pieces.items():
        asked = exchanges(candidates, 1, seed)
        if not asked:
            yield f"{style}: no held-out piece is long enough"
            continue
        duet = duet_of(model, asked[0], TEMPI.get(style, BPM), seed)
        picture, sound = out / "pictures" / f"{style}.png", out / "sounds" / f"{style}.ogg"
        draw_duet(picture, duet, f"{style}: a phrase, and the answer to it")
        write_sound(sound, duet, style)
        yield (
            f"{style}: {asked[0].piece}, answered by {len(duet.notes[ANTIPHON])} notes; "
            f"{picture} ({picture.stat().st_size // 1000} kB), {sound} ({sound.stat().st_size // 1000} kB)"
        )
