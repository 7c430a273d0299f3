"""`antiphon render`: the daemon's engine on a MIDI file, faster than real time."""

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from midi.errors import InputError
from midi.notes import HUMAN, canonical
from midi.tempo import Tempo
from realtime.session.voice_routing import VoiceRouting
from realtime.settings import AUTO, INTERNAL, SOLO, Settings
from realtime.verbs.flags import (
    add_performance_flags,
    band_of,
    models_of,
    read_seed,
    seed_line,
    settings_of,
    tempo_of,
)
from realtime.verbs.saving import remark, save_session, titles

EPILOG = """\
examples:
  antiphon render riff.mid -o answered.mid                     the riff, and the answer after it, on two tracks
  antiphon render riff.mid -o answered.mid --png answered.png  and a picture of both
  antiphon render riff.mid -o other.mid --rng-seed 7 --bars 8  another answer, of eight bars
  antiphon render tune.mid -o duet.mid --mode accompany        the tune, and what would have been played along with it
  antiphon render tune.mid -o band.mid --parts bass,comp       the tune with a bass and chords

The same file, model and --rng-seed give the same notes; without --rng-seed it is 0.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `render`."""
    parser.add_argument("seed", type=Path, metavar="SEED.mid", help="the phrase to answer")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT.mid", help="where to write phrase and answer"
    )
    parser.add_argument("--png", type=Path, metavar="FILE.png", help="draw phrase and answer as a piano roll")
    add_performance_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer the file; prints what was written and how fast."""
    seed = read_seed(arguments)
    if seed.remarks:
        print(f"antiphon: {arguments.seed}: {'; '.join(seed.remarks)}", file=sys.stderr)
    bpm = tempo_of(arguments, seed)
    settings = settings_of(arguments, bpm)
    settings = replace(settings, rng_seed=settings.seed)  # as the file says it was made
    _check_settings(settings)
    _check_places(arguments.seed, arguments.output, arguments.png)
    routing = band_of(arguments) or VoiceRouting()
    parts = routing.settings(settings)
    folders, cards = zip(*models_of(arguments, parts), strict=True)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy, as in the engine's process

    from exported.onnx_model import load_model
    from realtime.improviser.engine import Engine
    from realtime.offline import Offline

    tempo = Tempo.of(bpm)
    began = time.perf_counter()
    models = {folder: load_model(folder, arguments.provider) for folder in dict.fromkeys(folders)}
    engines = [Engine(models[folder], each) for folder, each in zip(folders, parts, strict=True)]
    performance = Offline(engines[0], engines[1:], routing)
    performance.perform_piece(seed, bpm)
    seconds = time.perf_counter() - began
    human = [replace(note, onset=note.onset - seed.notes[0].onset, voice=HUMAN) for note in seed.notes]
    answers = [canonical(performance.answered(part)) for part in range(routing.parts)]
    answer = [note for notes in answers for note in notes]
    session = performance.session
    recorders = [part.recorder for part in session.parts]
    save_session(arguments.output, recorders, bpm, performance.now_ns, remark(cards[0], session), routing.names)
    if arguments.png:
        from realtime.pianoroll import draw_piano_roll

        answering = zip([title.lower() for title in titles(routing.names)], answers, strict=True)
        drawn = [("human", human), *answering]
        draw_piano_roll(arguments.png, drawn, f"{arguments.seed.name}, answered")
    sounding = tempo.ns_of(max(note.end for note in [*human, *answer])) / 1e9
    print(seed_line(settings))
    print(f"{len(human)} notes answered by {len(answer)}; {sounding:.1f} s of music in {seconds:.2f} s")
    print(arguments.output)
    if arguments.png:
        print(arguments.png)
    return 0


def _check_settings(settings: Settings) -> None:
    """Refuse settings that make no sense without a live musician, or would never end."""
    if settings.sync not in (AUTO, INTERNAL):
        raise InputError(f"--sync {settings.sync} is for antiphon jam: render keeps the file's tempo, or --bpm")
    if settings.mode == SOLO and settings.bars is None:
        raise InputError("--mode solo has no end of its own: give --bars N")


def _check_places(seed: Path, output: Path, png: Path | None) -> None:
    """Refuse an output that has no folder to be in, or would replace a file that is read or written besides."""
    for path in (output, *((png,) if png else ())):
        if not path.absolute().parent.is_dir():
            raise InputError(f"cannot write {path}: there is no folder {path.parent}")
        if path.is_dir():
            raise InputError(f"cannot write {path}: it is a folder")
    places = [path.resolve() for path in (seed, output, *((png,) if png else ()))]
    if len(set(places)) < len(places):
        raise InputError(f"{seed}, {output}{f' and {png}' if png else ''} must be different files")
