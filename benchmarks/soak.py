"""`python -m benchmarks.soak`: a scripted human at the real daemon, for minutes, and the facts that must hold.

It starts a JACK server of its own on the dummy driver (apt install jackd2), so it needs Linux.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.command import add_live_flags, check_live_flags, model_folder, notify, parser_of, run_command
from benchmarks.live import procfs
from benchmarks.live.accounts import ANSWER_FLAGS, answered, by_human, losses, pairs
from benchmarks.live.figures import HEADING, MB, Facts, row, slope
from benchmarks.live.human import HOSTILE, performances, rehearsal
from benchmarks.live.stage import Jam, Stage, stage
from realtime.settings import ACCOMPANY, REPLY, SOLO
from realtime.timed import Timed
from realtime.verbs.jam import SEED

TYPED_EVERY_S = (4.0, 12.0)
TYPED = (
    *(f"mode {mode}" for mode in (REPLY, ACCOMPANY, SOLO) for _ in range(2)),
    "temperature 1.3",
    "temperature 0.9",
    "lookahead 60",
    "lookahead 250",
    "follow 1",
    "follow 0",
    "humanize 8",
    "humanize 0",
)
"""The lines typed meanwhile; modes most often."""
ECHO_S = 2.0
"""The time in which the last messages still come."""
SAMPLE_S = 1.0
SETTLED = 0.5
"""The share of the soak that is over before memory is expected to stay: the engine's own has been filled by then."""


@dataclass(slots=True)
class _Attendant:
    """Types while the human plays, and looks at what the two processes hold."""

    jam: Jam
    rng: random.Random
    typed: int = 0
    resident: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: {procfs.IO: [], procfs.ENGINE: []})
    """Seconds and MB, of each process."""
    _type_at_s: float = 0.0
    _look_at_s: float = 0.0

    def attend(self, passed_s: float) -> None:
        """Do what is due by now; a daemon that has died meanwhile is left alone."""
        if self.jam.child.exit_code is None:
            with suppress(OSError):
                self._attend(passed_s)

    def _attend(self, passed_s: float) -> None:
        if passed_s >= self._type_at_s:
            self._type_at_s = passed_s + self.rng.uniform(*TYPED_EVERY_S)
            self.jam.child.write(self.rng.choice(TYPED))
            self.typed += 1
        if passed_s >= self._look_at_s:
            self._look_at_s = passed_s + SAMPLE_S
            for pid in procfs.family(self.jam.child.pid):
                if (role := procfs.role(pid)) in self.resident:
                    self.resident[role].append((passed_s, procfs.resident_bytes(pid) / MB))


def soak(model: Path, folder: Path, seconds: float, seed: int, period: int, notify: Callable[[str], None]) -> bool:
    """Play for so long, performances from a folder among hostile acts; says what was found, returns whether all held.

    Raises:
        InputError: there is no MIDI file in the folder, or one cannot be read.
        MachineError: there is no JACK server to be had, or a process does not start.
    """
    pieces = performances(folder)
    score = rehearsal(seconds, pieces, seed)
    with stage(period) as on_stage:
        notify(f"{seconds:g} s: {len(pieces)} performances cut into phrases, and {len(HOSTILE)} hostile acts in turn")
        return _judged(on_stage, model, score, seed, notify)


def _judged(on_stage: Stage, model: Path, score: list[Timed], seed: int, notify: Callable[[str], None]) -> bool:
    facts = Facts(notify)
    with on_stage.jam(model, "--rng-seed", str(seed), *ANSWER_FLAGS) as jam:
        attendant = _Attendant(jam, random.Random(seed))  # noqa: S311  # no secret depends on it
        on_stage.play(score, "soak", attendant.attend)
        time.sleep(ECHO_S)
        alive, kept = jam.child.exit_code is None, jam.kept_its_engine
        code = jam.end()
        take = on_stage.take()
        printed, errors = jam.child.lines, jam.child.errors
    facts.check(f"the daemon played to the end, and ended with exit code {code}", holds=alive and code == 0)
    facts.check(f"{len(errors)} lines of errors{f', the last: {errors[-1]}' if errors else ''}", holds=not errors)
    lost = sum("the engine was lost" in line for line in printed)
    facts.check(f"the engine was replaced {lost} times", holds=kept and not lost)
    through, bare = losses(take.sent, by_human(take.from_daemon)), losses(take.sent, take.beside)
    facts.check(f"through the daemon (--thru): {through}", holds=through.none)
    facts.check(f"on one cable without the daemon: {bare}", holds=bare.none)
    at_listener = pairs(take.from_daemon)
    facts.check(f"at the listener: {at_listener}", holds=at_listener.all_match)
    own = [message for message in jam.sent if message.is_answer]
    facts.check(f"{pairs(answered(take.from_daemon)).notes:,} notes were the daemon's own", holds=bool(own))
    notify(f"typed meanwhile: {attendant.typed} changes, modes most of them")
    notify(HEADING)
    notify(
        row(
            "lateness: decided before they were due",
            [message.sent_ns - message.due_ns for message in own if message.in_time],
        )
    )
    notify(
        row("  all, with those whose time had come when decided", [message.sent_ns - message.due_ns for message in own])
    )
    for line in printed:
        if line.startswith("timing:"):
            notify(line)
    for role, samples in attendant.resident.items():
        if samples:
            notify(_memory(role, samples))
    return facts.all_hold


def _memory(role: str, samples: list[tuple[float, float]]) -> str:
    later = [(at_s, mb) for at_s, mb in samples if at_s >= SETTLED * samples[-1][0]]
    growth = slope([at_s / 60 for at_s, _ in later], [mb for _, mb in later])
    begin, end = samples[0][1], samples[-1][1]
    return f"{role}: {begin:.1f} MB at the begin, {end:.1f} at the end; in the last half {growth:+.2f} MB a minute"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_live_flags(parser, "how long it plays")
    parser.add_argument(
        "--midi", type=Path, metavar="DIR", help="performances to cut into phrases (default: the bundled seed)"
    )
    parser.add_argument(
        "--rng-seed", type=int, default=0, metavar="N", help="another number, another human (default: %(default)s)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Soak and print; 1 where something did not hold.

    Raises:
        InputError: a flag is out of range, or there is no such model or file.
        MachineError: there is no JACK server to be had, or a process does not start.
    """
    check_live_flags(arguments)
    midi = arguments.midi or SEED.parent
    return int(not soak(model_folder(arguments), midi, arguments.seconds, arguments.rng_seed, arguments.period, notify))


if __name__ == "__main__":
    parser = parser_of(
        "benchmarks.soak", "A scripted human, some of it hostile, and the facts that must hold after it."
    )
    add_flags(parser)
    sys.exit(run_command(parser, run))
