"""`antiphon jam`: opens the ports and plays. This process is the I/O process: it imports no model and no numpy."""

import argparse
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from exported.card import Card, check_graph
from exported.model_store import sessions_home
from midi.apis import open_api
from midi.errors import InputError, MachineError
from midi.files import read_midi
from midi.piece import Piece
from midi.systems import API_NAMES, Api
from midi.tempo import Tempo
from midi.version import version
from realtime.live.clock import MonotonicClock
from realtime.live.link_peer import LinkPeer
from realtime.live.loop import LiveLoop
from realtime.live.observers.journal_file import JournalFile
from realtime.live.observers.timing import Timing
from realtime.live.open_ports import CLOCK_IN_NAME, CLOCK_NAME, OWN_PORT, OpenPorts, PortOptions, embedded, open_ports
from realtime.live.pipe import PeerGoneError
from realtime.live.printer import Printer
from realtime.live.priority import ask_for_real_time, check_open_files
from realtime.live.signals import flags_raised_by_signals, suspend_process
from realtime.live.supervisor import Supervisor
from realtime.live.surfaces.console import HINT, Console, terminal_keys
from realtime.live.surfaces.control_pipe import ControlPipe, parse_descriptors
from realtime.roles import LEADER
from realtime.session.journal import Begun
from realtime.session.routing import Routing
from realtime.session.session import Session
from realtime.session.transport.sources import time_sources
from realtime.session.voice_routing import CHANNEL, CHANNELS, MOST_VOICES, PORT, VoiceRouting
from realtime.settings import ACCOMPANY, AUTO, FOLLOW, REPLY, SOLO, Settings
from realtime.verbs.flags import (
    add_performance_flags,
    band_of,
    models_of,
    read_seed,
    seed_line,
    settings_of,
    tempo_of,
)
from realtime.verbs.saving import check_apart, flags_to_repeat, save, save_timing, session_path

EPILOG = """\
examples:
  antiphon jam                                          connect a keyboard to "Antiphon in", a synth to "Antiphon out"
  antiphon jam --in "Keystation" --out "FluidSynth"     use ports that are there (antiphon ports lists them)
  antiphon jam --bpm 96 --temperature 1.1               at the session's tempo, a little wilder
  antiphon jam --seed riff.mid                          a MIDI file plays the first phrase
  antiphon jam --mode accompany --thru                  it plays while you play, and you hear yourself
  antiphon jam --mode solo --bpm 100 --count-in 1       one bar of clicks, then it plays; your notes steer it
  antiphon jam --part drums --mode accompany --bpm 110  a drummer, on channel 10
  antiphon jam --parts lead,bass,comp                   a band around you: it answers, with a bass and chords
  antiphon jam --voices 4                               four musicians, on MIDI channels 1 to 4
  antiphon jam --sync clock                             in time with a DAW that sends MIDI clock

Play a phrase, then pause: Antiphon answers. Play again and it falls silent and listens. Ctrl-C ends.
"""

SEED = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"
GUIDE = {
    REPLY: "Play a phrase, then pause: it answers.",
    ACCOMPANY: "Play, and it plays with you.",
    SOLO: "It plays on alone; your notes steer it.",
}
NO_TEMPO = "Without a clock it has to guess your tempo: --bpm sets it, or tap, typed at your beat while you play"
NO_MIDI = "none"
NEW_SEEDS = 1_000_000
"""Random seeds to draw from: few enough digits to type one again."""
READY = "ready"
"""The line printed once the ports are open and the model is warm; scripts wait for it."""


def _flag(meaning: str, metavar: str | None = "PORT", **more: Any) -> dict[str, Any]:
    return {"help": meaning, **({"metavar": metavar} if metavar else {}), **more}


_EACH: dict[str, Any] = {"action": "append", "default": []}
_EACH_VOICE = "instead of opening one; with --voices-by port once for each voice"
_MAY_BE_OWN: dict[str, Any] = {"nargs": "?", "const": OWN_PORT}
FLAGS: dict[str, dict[str, dict[str, Any]]] = {
    "ports": {
        "--in": _flag(f"listen to this port {_EACH_VOICE}", dest="in_ports", **_EACH),
        "--out": _flag(f"play into this port {_EACH_VOICE}", dest="out_ports", **_EACH),
        "--voices": _flag(
            f"so many musicians, each answered by a voice of their own, 1 to {MOST_VOICES} (default: 1)",
            "N",
            type=int,
            default=1,
        ),
        "--voices-by": _flag(
            f"how musicians are told apart: by the MIDI {CHANNEL} that they play and are answered on (up to"
            f" {len(CHANNELS)}; 10 is for drums), or by {PORT}, an input and an output for each (default: {CHANNEL})",
            "WHAT",
            choices=(CHANNEL, PORT),
            default=CHANNEL,
        ),
        "--midi-api": _flag(
            f"{', '.join(API_NAMES)}, or {NO_MIDI}: play the seed phrase and print the answer (default: auto)",
            "API",
            choices=[*API_NAMES, NO_MIDI],
            default="auto",
        ),
        "--clock-in": _flag(
            f'take MIDI clock from this port, or from one of our own, "{CLOCK_IN_NAME}", and from no other'
            " (default: from where your notes come)",
            **_MAY_BE_OWN,
        ),
        "--clock-out": _flag(f'send MIDI clock, to this port or to one of our own, "{CLOCK_NAME}"', **_MAY_BE_OWN),
        "--jack-exact": _flag("on JACK, send at the exact frame, not at the next period", None, action="store_true"),
    },
    "session": {
        "--timing": _flag("write when each message was due and was sent", "FILE.csv", type=Path),
        "--seed": _flag("a MIDI file that plays the first phrase", "FILE.mid", type=Path),
        "--save": _flag(
            f"where to save the session (default: in {sessions_home()})".replace("%", "%%"), "FILE.mid", type=Path
        ),
        "--no-save": _flag("do not save the session", None, action="store_true"),
        "--journal": _flag(
            "append everything that happens to this file, a JSON line each; it stays readable whatever happens",
            "FILE.jsonl",
            type=Path,
        ),
        "--control-fd": _flag(
            "let another program change parameters, and read what happens: JSON lines on descriptors that it opened",
            "IN[,OUT]",
        ),
    },
}
"""The flags of `jam` beside those of every performance, by their group."""


FILES = ("seed", "save", "journal", "timing")
"""Those of them that name a file; each is to have its own."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `jam`."""
    add_performance_flags(parser)
    for title, flags in FLAGS.items():
        group = parser.add_argument_group(title)
        for flag, options in flags.items():
            group.add_argument(flag, **options)


def run(arguments: argparse.Namespace) -> int:
    """Play until Ctrl-C, SIGTERM or SIGHUP; without MIDI, until the seed phrase has been answered."""
    check_open_files()
    with Printer(sys.stdout) as printer:
        return _run(arguments, printer)


def _run(arguments: argparse.Namespace, printer: Printer) -> int:
    # To be looked at before this process opens any of its own.
    descriptors = [] if arguments.control_fd is None else [parse_descriptors(arguments.control_fd)]
    asked = read_seed(arguments) if arguments.seed else None
    if asked is not None and asked.remarks:
        printer.notify(f"{arguments.seed}: {'; '.join(asked.remarks)}")
    routing = _routing(arguments)
    parts = routing.settings(settings_of(arguments))  # a bad flag is told before all else
    check_apart({f"--{name}": getattr(arguments, name) for name in FILES})
    session = None if arguments.no_save else session_path(arguments.save)
    if arguments.timing:
        session_path(arguments.timing)
    models = _models(arguments, parts)
    api, no_midi = _find_api(arguments)
    seed = asked or (read_midi(SEED) if api is None else None)
    bpm = tempo_of(arguments, seed)
    settings = settings_of(arguments, bpm if seed else None)
    settings = with_random_seed(settings)
    supervisor = Supervisor([folder for folder, _ in models], arguments.provider)
    clock, timing = MonotonicClock(), Timing() if arguments.timing else None
    with (
        _venue(api, no_midi, arguments, routing, seed, Tempo.of(bpm), printer) as venue,
        ExitStack() as open_ended,
    ):
        playing = Session(
            routing.settings(settings),
            clock.now_ns(),
            routing,
            venue.roles,
            sources=time_sources(LinkPeer),
            sends_clock=venue.clock is not None,
        )
        playing.journal.write(_begun(models[LEADER][1], playing, clock.now_ns()))
        console = Console(printer, playing.controls)
        pipes = [
            open_ended.enter_context(ControlPipe(*pair, printer.notify, clock.now_ns, len(playing.parts)))
            for pair in descriptors
        ]
        paths = [arguments.journal] if arguments.journal else []
        journals = [open_ended.enter_context(JournalFile(path, printer.notify)) for path in paths]
        performance = LiveLoop(
            clock,
            playing,
            venue,
            supervisor,
            surfaces=[console, *pipes],
            observers=[timing, *journals] if timing else journals,
            suspend_process=suspend_process,
        )
        with flags_raised_by_signals(performance):
            _start(performance)
            if performance.stopping:
                supervisor.stop()
                return 0
            obstacle = ask_for_real_time()
            leader = playing.controls.settings[LEADER]
            notes = [f"  {GUIDE[leader.mode]} Ctrl-C ends.", *([f"  {obstacle}"] if obstacle else [])]
            keys = terminal_keys() if api else None
            if settings.bpm is None and settings.sync in (AUTO, FOLLOW):
                notes.append(f"  {NO_TEMPO}.")
            if keys is not None:
                console.read(keys)
                notes.append(f"  While you play: {HINT}.")
            for line in (
                _title(models[LEADER][1], leader, api),
                f"  {seed_line(settings)}",
                *routing.lines(playing.controls.settings),
                *venue.directions,
                *(notes if api else notes[1:]),
                READY,
            ):
                printer.print(line)
            if venue.seed is not None and seed is not None:
                venue.seed.begin(playing.begin_piece(seed, clock.now_ns()))
            try:
                performance.run(_seed_is_answered(playing, venue) if api is None else lambda: False)
            finally:
                if session is not None:
                    save(playing, models[LEADER][1], session, printer)
                if timing is not None:
                    save_timing(timing, playing.dropped, arguments.timing, printer)
    return 0


def _routing(arguments: argparse.Namespace) -> Routing:
    """One musician with several parts, or musicians with a voice each."""
    voices = VoiceRouting(arguments.voices, arguments.voices_by)
    if voices.voices > 1 and arguments.parts is not None:
        raise InputError(f"--parts and --voices {voices.voices} do not go together: a band plays with one musician")
    return (band_of(arguments) if voices.voices == 1 else None) or voices


def _models(arguments: argparse.Namespace, parts: Sequence[Settings]) -> list[tuple[Path, Card]]:
    """The folder and the card of each part's model, whose graphs are whole."""
    models = models_of(arguments, parts)
    for folder, card in dict(models).items():
        check_graph(folder, card)
    return models


def _find_api(arguments: argparse.Namespace) -> tuple[Api | None, str]:
    """The MIDI system to use, or None and why. A system or port asked for by name must be there."""
    is_port_named = bool(arguments.in_ports or arguments.out_ports or arguments.clock_in)
    if arguments.midi_api == NO_MIDI:
        if is_port_named:
            raise InputError(f"--in, --out and --clock-in name MIDI ports; with --midi-api {NO_MIDI} there are none")
        return None, "no MIDI was asked for"
    try:
        return open_api(arguments.midi_api), ""
    except MachineError as error:
        if arguments.midi_api != "auto" or is_port_named:
            raise
        return None, str(error)


def _venue(
    api: Api | None,
    no_midi: str,
    arguments: argparse.Namespace,
    routing: Routing,
    seed: Piece | None,
    tempo: Tempo,
    printer: Printer,
) -> AbstractContextManager[OpenPorts]:
    if api is not None:
        options = PortOptions(
            arguments.in_ports,
            arguments.out_ports,
            arguments.jack_exact,
            arguments.clock_out,
            routing.ports,
            arguments.clock_in,
        )
        return open_ports(api, options, seed, tempo)
    return embedded(seed or read_midi(SEED), tempo, no_midi, printer.print)


def _start(performance: LiveLoop) -> None:
    try:
        performance.start()
    except PeerGoneError:
        if performance.stopping:  # what ended the one may have ended the other
            return
        raise MachineError("the engine process ended while it was starting; antiphon doctor may say why") from None


def _seed_is_answered(playing: Session, venue: OpenPorts) -> Callable[[], bool]:
    return lambda: venue.seed is not None and venue.seed.over and playing.parts[0].answer.is_over


def with_random_seed(settings: Settings) -> Settings:
    """The same settings with a random seed: a new one unless it was given, so that no two evenings are alike."""
    if settings.rng_seed is not None:
        return settings
    return replace(settings, rng_seed=secrets.randbelow(NEW_SEEDS))


def _begun(card: Card, playing: Session, now_ns: int) -> Begun:
    date = datetime.now().astimezone().isoformat(timespec="seconds")
    seed = playing.controls.settings[0].seed
    return Begun(now_ns, date, version(), card.name, seed, flags_to_repeat(card, playing))


def _title(card: Card, settings: Settings, api: Api | None) -> str:
    time = "your tempo" if settings.bpm is None else f"{settings.bpm:g} bpm"
    return f"Antiphon: {settings.mode}, model {card.name}, {time}, {api.title if api else 'no MIDI'}"
