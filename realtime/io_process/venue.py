"""Where a performance takes place: on MIDI ports or, where no MIDI system answers, between a seed and the screen."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from midi.files import Piece
from midi.ports import IN_NAME, OUT_NAME, Api, InPort, OutPort, Watch, unused_names
from midi.tempo import Tempo
from realtime.io_process.embedded import Printed, Screen, SelfPlaying
from realtime.io_process.exact import JackExact
from realtime.io_process.loop import Input, Output
from realtime.timed import performed

CLOCK_NAME = "Antiphon clock"
OWN_PORT = ""
TO_HEAR = "   <- connect your keyboard, or a DAW track, to it"
TO_BE_HEARD = "   -> connect it to a synth, or an armed DAW track"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of the ports: names of ports that are there, JACK's exact frames, a port for our own clock."""

    in_port: str | None = None
    out_port: str | None = None
    jack_exact: bool = False
    clock_out: str | None = None
    """A port that is there, or OWN_PORT for one of ours; None: no clock is sent."""


@dataclass(frozen=True, slots=True)
class Venue:
    """Open inputs and an output, and what to tell the musician about them."""

    inputs: tuple[Input, ...]
    output: Output
    directions: tuple[str, ...]
    seed: SelfPlaying | None = None
    is_lost: Callable[[], bool] = lambda: False
    """Whether the MIDI system has died under the ports."""
    clock: Output | None = None
    """Where our own MIDI clock goes."""


@contextmanager
def on_ports(api: Api, wishes: Wishes, seed: Piece | None, tempo: Tempo) -> Iterator[Venue]:
    """Ports of our own, or those named; a seed phrase, if given, plays as though it came in.

    Raises:
        InputError: no such port. MachineError: the system does not open it.
    """
    in_name, out_name, clock_name = unused_names(api, IN_NAME, OUT_NAME, CLOCK_NAME)
    with ExitStack() as opened:
        heard = opened.enter_context(_input(api, wishes.in_port, in_name))
        played, has_stopped = _output(api, wishes, out_name, opened)
        clock = None if wishes.clock_out is None else opened.enter_context(_clock(api, wishes.clock_out, clock_name))
        directions = (
            f"  hears    {heard.name}{'' if wishes.in_port else TO_HEAR}",
            f"  answers  {played.name}{'' if wishes.out_port else TO_BE_HEARD}",
            *([f"  clock    {clock.name}"] if clock else ()),
        )
        player = SelfPlaying(deque(performed(seed.notes, tempo))) if seed else None
        watch = Watch(api)
        inputs = (heard, player) if player else (heard,)
        yield Venue(inputs, played, directions, player, lambda: watch.is_lost() or has_stopped(), clock)


def _input(api: Api, port: str | None, name: str) -> InPort:
    return InPort.existing(api, port, name) if port else InPort.virtual(api, name)


def _output(api: Api, wishes: Wishes, name: str, opened: ExitStack) -> tuple[OutPort | JackExact, Callable[[], bool]]:
    """The output, and what to ask whether it has stopped."""
    if wishes.jack_exact:
        exact = opened.enter_context(JackExact.open(api, wishes.out_port, name))
        return exact, exact.is_lost
    existing = wishes.out_port
    port = OutPort.existing(api, existing, name) if existing else OutPort.virtual(api, name)
    return opened.enter_context(port), lambda: False


def _clock(api: Api, port: str, name: str) -> OutPort:
    return OutPort.virtual(api, name) if port == OWN_PORT else OutPort.existing(api, port, name)


@contextmanager
def embedded(seed: Piece, tempo: Tempo, reason: str) -> Iterator[Venue]:
    """No ports: the seed phrase plays itself, and both are printed as they sound."""
    screen = Screen()
    player = SelfPlaying(deque(performed(seed.notes, tempo)), screen)
    yield Venue((player,), Printed(screen), (f"  {reason}", "  A seed phrase plays, Antiphon answers:"), player)
