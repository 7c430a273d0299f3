"""Where a performance takes place: on MIDI ports or, where no MIDI system answers, between a seed and the screen."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from midi.errors import InputError
from midi.files import Piece
from midi.port_listing import unused_names
from midi.ports import IN_NAME, OUT_NAME, InPort, OutPort
from midi.server_watch import ServerWatch
from midi.systems import Api
from midi.tempo import Tempo
from realtime.live.embedded import Printed, Screen, SelfPlaying
from realtime.live.exact import JackExact
from realtime.live.loop import Input, Output
from realtime.timed import performed

CLOCK_NAME = "Antiphon clock"
CLOCK_IN_NAME = "Antiphon clock in"
OWN_PORT = ""
"""Instead of the name of a port that is there."""
TO_HEAR = "   <- connect your keyboard, or a DAW track, to it"
TO_BE_HEARD = "   -> connect it to a synth, or an armed DAW track"


@dataclass(frozen=True, slots=True)
class PortOptions:
    """What is asked of the ports.

    Raises:
        InputError: not one port is named for each pair that there is to be, or one is named twice.
    """

    in_ports: Sequence[str] = ()
    out_ports: Sequence[str] = ()
    """Names of ports that are there; none: ports of our own."""
    jack_exact: bool = False
    clock_out: str | None = None
    """A port that is there, or OWN_PORT for one of ours; None: no clock is sent."""
    ports: int = 1
    """So many inputs, and outputs."""
    clock_in: str | None = None
    """A port that is there, or OWN_PORT for one of ours, whose clock alone is kept; None: that of the first input."""

    def __post_init__(self) -> None:
        for flag, named in (("--in", self.in_ports), ("--out", self.out_ports)):
            if named and len(named) != self.ports:
                many = "one port" if self.ports == 1 else f"{self.ports} ports, one for each voice"
                raise InputError(f"{flag} was given {len(named)} times: it takes {many}")
            if len(set(named)) < len(named):
                raise InputError(f"{flag} names a port twice: each voice needs its own")


@dataclass(frozen=True, slots=True)
class OpenPorts:
    """Open inputs and outputs, and what to tell the musician about them."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    directions: tuple[str, ...]
    seed: SelfPlaying | None = None
    is_lost: Callable[[], bool] = lambda: False
    """Whether the MIDI system has died under the ports."""
    clock: Output | None = None
    """Where our own MIDI clock goes."""
    clock_place: int = 0
    """The input whose clock is kept."""


@contextmanager
def open_ports(api: Api, wishes: PortOptions, seed: Piece | None, tempo: Tempo) -> Iterator[OpenPorts]:
    """Ports of our own, or those named; a seed phrase, if given, plays as though it came in.

    Raises:
        InputError: no such port. MachineError: the system does not open it.
    """
    in_names, out_names, clock_name = _own_names(api, wishes.ports)
    with ExitStack() as opened:
        heard = [opened.enter_context(_input(api, *one)) for one in _each(wishes.in_ports, in_names)]
        played = [_output(api, wishes, *one, opened) for one in _each(wishes.out_ports, out_names)]
        asked = wishes.clock_out
        clock = None if asked is None else _output(api, wishes, asked or None, clock_name, opened)
        listened = [opened.enter_context(_clock_input(api, wishes.clock_in))] if wishes.clock_in is not None else []
        directions = (
            *(f"  hears    {port.name}{'' if wishes.in_ports else TO_HEAR}" for port in heard),
            *(f"  answers  {port.name}{'' if wishes.out_ports else TO_BE_HEARD}" for port in played),
            *([f"  clock    {clock.name}"] if clock else ()),
            *(f"  clock in {port.name}" for port in listened),
        )
        player = SelfPlaying(deque(performed(seed.notes, tempo))) if seed else None
        watch = ServerWatch(api)

        def is_lost() -> bool:
            return watch.is_lost() or any(port.is_lost() for port in (*played, clock) if isinstance(port, JackExact))

        inputs: tuple[Input, ...] = (*heard, *([player] if player else []), *listened)
        clock_place = len(inputs) - 1 if listened else 0
        yield OpenPorts(inputs, tuple(played), directions, player, is_lost, clock, clock_place)


def _own_names(api: Api, ports: int) -> tuple[list[str], list[str], str]:
    """What our own ports are called: the inputs, the outputs, the clock's."""
    if ports == 1:
        in_name, out_name, clock_name = unused_names(api, IN_NAME, OUT_NAME, CLOCK_NAME)
        return [in_name], [out_name], clock_name
    in_names, out_names = ([f"Antiphon {number} {way}" for number in range(1, ports + 1)] for way in ("in", "out"))
    *names, clock_name = unused_names(api, *in_names, *out_names, CLOCK_NAME)
    return names[:ports], names[ports:], clock_name


def _each(named: Sequence[str], own_names: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    """For each port, that which is there already, if any, and what it is called if it is our own."""
    return zip(named, own_names, strict=True) if named else ((None, name) for name in own_names)


def _input(api: Api, port: str | None, name: str) -> InPort:
    return InPort.open(api, port, name)


def _clock_input(api: Api, port: str) -> InPort:
    """Where a clock comes from that is not the notes' device."""
    (name,) = unused_names(api, CLOCK_IN_NAME)
    return _input(api, port or None, name)


def _output(api: Api, wishes: PortOptions, port: str | None, name: str, opened: ExitStack) -> OutPort | JackExact:
    if wishes.jack_exact:
        return opened.enter_context(JackExact.open(api, port, name))
    return opened.enter_context(OutPort.open(api, port, name))


@contextmanager
def embedded(seed: Piece, tempo: Tempo, reason: str, print_line: Callable[[str], None]) -> Iterator[OpenPorts]:
    """No ports: the seed phrase plays itself, and both are printed as they sound."""
    screen = Screen(print_line)
    player = SelfPlaying(deque(performed(seed.notes, tempo)), screen)
    yield OpenPorts((player,), (Printed(screen),), (f"  {reason}", "  A seed phrase plays, Antiphon answers:"), player)
