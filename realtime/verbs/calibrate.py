"""`antiphon calibrate`: how late what we play is heard, measured through a cable from our output to our input."""

import argparse
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from midi.apis import open_api
from midi.errors import InputError, MachineError
from midi.message import NOTE_OFF, NOTE_ON, is_channel_message, is_note_on
from midi.nanoseconds import NS_PER_MS, NS_PER_S
from midi.port_listing import unused_names
from midi.ports import IN_NAME, OUT_NAME, InPort, OutPort
from midi.systems import API_NAMES, Api
from realtime.live.clock import MonotonicClock
from realtime.live.ports import Input, Output

LOOK_S = 0.001
"""Seconds between two looks at the input: as many as in a jam."""
SPACING_S = (0.015, 0.045)
"""Probes are so far apart, at random, so that no period of the MIDI system is always met at the same place."""
LAST_S = 1.0
"""Seconds to wait for the last probes."""
CHANNEL, LOWEST, KEYS = 15, 36, 60
EPILOG = """\
examples:
  antiphon calibrate                            opens "Antiphon in" and "Antiphon out": lay a cable from out to in
  antiphon calibrate --out "Scarlett" --in "Scarlett"    through an interface, its MIDI out plugged into its MIDI in
  antiphon calibrate --loop                     lays the cable itself: what the MIDI system alone takes

Then give antiphon jam the --out-offset it prints. To count in what a DAW takes, let the cable go through it: a track
that takes "Antiphon out" and sends its MIDI to "Antiphon in". Against a MIDI clock the whole round trip counts, since
the clock reaches us late and we are heard late; with Link or --bpm only the way out, taken to be half. Probes are
quiet notes on channel 16: turn the synth down.
"""
COUNT, WAIT_S = 200, 20.0


@dataclass(slots=True)
class Trips:
    """Probes on their way and those that are back. A probe is a quiet note, told from others by key and velocity."""

    back_ns: list[int] = field(default_factory=list)
    """The round trip of each probe that came back."""
    sent: int = 0
    doubled: int = 0
    """Messages that came back more than once."""
    _away: dict[bytes, int] = field(default_factory=dict)
    _back: set[bytes] = field(default_factory=set)

    def next_probe(self) -> bytes:
        """A note-on that no earlier one is equal to, for thousands of probes."""
        index = self.sent
        return bytes((NOTE_ON | CHANNEL, LOWEST + index % KEYS, 1 + index // KEYS % 127))

    def left(self, probe: bytes, at_ns: int) -> None:
        """A probe has been handed over."""
        self._away[_keys(probe)] = at_ns
        self.sent += 1

    def arrived(self, data: bytes, at_ns: int) -> None:
        """Any message that came in; on its way a probe's channel may have been changed."""
        if not (is_channel_message(data) and is_note_on(data)):
            return
        keys = _keys(data)
        left_ns = self._away.pop(keys, None)
        if left_ns is not None:
            self.back_ns.append(at_ns - left_ns)
            self._back.add(keys)
        elif keys in self._back:
            self.doubled += 1

    @property
    def lost(self) -> int:
        """The number that have not come back."""
        return len(self._away)

    def lines(self) -> list[str]:
        """The table, and the offset it proposes; only if something came back."""
        trips = sorted(self.back_ns)
        p50, p99 = (trips[min(len(trips) - 1, len(trips) * part // 100)] for part in (50, 99))
        numbers = [*(f"{ns / NS_PER_MS:8.2f}" for ns in (trips[0], p50, p99, trips[-1])), f"{self.sent:8}"]
        return [
            "round trip, ms      min   median      p99      max     sent     lost  doubled",
            " ".join([" " * 14, *numbers, f"{self.lost:8}", f"{self.doubled:8}"]),
            "",
            f"--out-offset {p50 / NS_PER_MS:.1f}   if a MIDI clock leads: the way in and the way out both make us late",
            f"--out-offset {p50 / 2 / NS_PER_MS:.1f}   with Link or --bpm: only the way out counts, taken to be half",
        ]


def _keys(note: bytes) -> bytes:
    return note[1:3]


def wait_for_loop(output: Output, inputs: Input, seconds: float, clock: MonotonicClock) -> bool:
    """Whether a probe comes back within so many seconds; one is sent every quarter of a second."""
    begin_ns = clock.now_ns()
    end_ns = begin_ns + round(seconds * NS_PER_S)
    trips = Trips()
    for at_ns in range(begin_ns, end_ns, NS_PER_S // 4):
        if not trips.back_ns:
            _play(output, trips, clock.now_ns())
            _listen(inputs, trips, min(at_ns + NS_PER_S // 4, end_ns), clock, lambda: bool(trips.back_ns))
    clock.sleep(LOOK_S * 50)  # the note-offs, and what a slow loop still brings
    inputs.poll()
    return bool(trips.back_ns)


def measure(output: Output, inputs: Input, count: int, clock: MonotonicClock, rng_seed: int = 0) -> Trips:
    """Send `count` probes (some 30 ms each) and wait for the last."""
    trips = Trips()
    rng = random.Random(rng_seed)  # noqa: S311  # no secret depends on it
    at_ns = clock.now_ns()
    for _ in range(count):
        at_ns += round(rng.uniform(*SPACING_S) * NS_PER_S)
        _listen(inputs, trips, at_ns, clock)
        _play(output, trips, clock.now_ns())
    _listen(inputs, trips, clock.now_ns() + round(LAST_S * NS_PER_S), clock, lambda: not trips.lost)
    return trips


def _listen(
    inputs: Input, trips: Trips, until_ns: int, clock: MonotonicClock, is_over: Callable[[], bool] = lambda: False
) -> None:
    """Take in what comes back, until a moment or until it is over."""
    while (ahead_ns := until_ns - clock.now_ns()) > 0 and not is_over():
        clock.sleep(min(LOOK_S, ahead_ns / NS_PER_S))
        for at_ns, data in inputs.poll():
            trips.arrived(data, at_ns)


def _play(output: Output, trips: Trips, now_ns: int) -> None:
    probe = trips.next_probe()
    trips.left(probe, now_ns)
    output.send(probe, now_ns)
    output.send(bytes((NOTE_OFF | CHANNEL, probe[1], 0)), now_ns)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `calibrate`."""
    parser.add_argument("--in", dest="in_port", metavar="PORT", help="listen to this port instead of opening one")
    parser.add_argument("--out", dest="out_port", metavar="PORT", help="play into this port instead of opening one")
    parser.add_argument("--loop", action="store_true", help="connect our own out to our own in")
    parser.add_argument(
        "--midi-api", choices=API_NAMES, default="auto", metavar="API", help=f"{', '.join(API_NAMES)} (default: auto)"
    )
    parser.add_argument(
        "--count", type=int, default=COUNT, metavar="N", help="probes, 20 to 5000 (default: %(default)s)"
    )
    parser.add_argument(
        "--wait", type=float, default=WAIT_S, metavar="S", help="seconds to wait for the cable (default: %(default)g)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print the table and the offset.

    Raises:
        InputError: a flag is out of range, or there is no such port.
        MachineError: no MIDI system answers, or nothing comes back.
    """
    if not 20 <= arguments.count <= 5000:
        raise InputError(f"--count {arguments.count}: 20 to 5000 probes can be sent")
    if not 0 < arguments.wait <= 3600:
        raise InputError(f"--wait {arguments.wait:g}: above 0, up to 3600 seconds")
    if arguments.loop and (arguments.in_port or arguments.out_port):
        raise InputError("--loop connects our own two ports; with --in or --out, the cable is yours")
    api = open_api(arguments.midi_api)
    in_name, out_name = unused_names(api, IN_NAME, OUT_NAME)
    with InPort.open(api, arguments.in_port, in_name) as input_port:
        wanted = input_port.name if arguments.loop else arguments.out_port
        with OutPort.open(api, wanted, out_name) as output_port:
            return _calibrate(api, input_port, output_port, arguments)


def _calibrate(api: Api, input_port: InPort, output_port: OutPort, arguments: argparse.Namespace) -> int:
    into = f"{input_port.name!r}" if arguments.in_port else f"our {input_port.name!r}"
    out = f"{output_port.name!r}" if arguments.out_port else f"our {output_port.name!r}"
    if arguments.loop:
        out = "our output"
    else:
        print(
            f"waiting {arguments.wait:g} s for what leaves {out} to come back at {into}: connect the one to the other",
            flush=True,
        )
    clock = MonotonicClock()
    if not wait_for_loop(output_port, input_port, arguments.wait, clock):
        raise MachineError(
            f"nothing came back in {arguments.wait:g} s: connect {out} to {into}"
            " (directly, through a DAW track, or with a MIDI cable), then calibrate again"
        )
    print(f"{arguments.count} probes from {out} to {into} over {api.title}", flush=True)
    trips = measure(output_port, input_port, arguments.count, clock)
    if not trips.back_ns:
        raise MachineError(f"the cable from {out} to {into} came loose: lay it again, then calibrate again")
    print("\n".join(trips.lines()))
    return 0
