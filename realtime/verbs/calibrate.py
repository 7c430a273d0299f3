"""`antiphon calibrate`: how late what we play is heard, measured through a cable from our output to our input."""

import argparse

from midi.apis import open_api
from midi.errors import InputError, MachineError
from midi.port_listing import unused_names
from midi.ports import IN_NAME, OUT_NAME, InPort, OutPort
from midi.systems import API_NAMES, Api
from realtime.calibration import measure, wait_for_loop
from realtime.live.clock import MonotonicClock

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
