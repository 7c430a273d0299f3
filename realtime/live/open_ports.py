"""The ports of a performance: MIDI ports or, where no MIDI system answers, between a seed and the screen."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar

from midi.errors import InputError
from midi.piece import Piece
from midi.port_listing import list_ports, unused_names
from midi.port_names import choose
from midi.ports import IN_NAME, OUT_NAME, InPort, OutPort
from midi.server_watch import ServerWatch
from midi.systems import Api
from midi.tempo import Tempo
from realtime.live.embedded import Printed, Screen, SelfPlaying
from realtime.live.exact import JackExact
from realtime.live.ports import Input, NamedInput, NamedOutput, Output
from realtime.session.inputs import Inputs
from realtime.timed import performed

CLOCK_NAME = "Antiphon clock"
CLOCK_IN_NAME = "Antiphon clock in"
OWN_PORT = ""
"""Instead of the name of a port that is there."""
TO_HEAR = "   <- connect your keyboard, or a DAW track, to it"
TO_BE_HEARD = "   -> connect it to a synth, or an armed DAW track"


@dataclass(frozen=True, slots=True)
class PortOptions:
    """The ports that are asked for.

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
    """The number of inputs, and of outputs."""
    clock_in: str | None = None
    """A port that is there, or OWN_PORT for one of ours, whose clock alone is kept; None: that of the first input."""

    def __post_init__(self) -> None:
        for flag, named in (("--in", self.in_ports), ("--out", self.out_ports)):
            if named and len(named) != self.ports:
                many = "one port" if self.ports == 1 else f"{self.ports} ports, one for each voice"
                raise InputError(f"{flag} was given {len(named)} times: it takes {many}")
            if len(set(named)) < len(named):
                raise InputError(f"{flag} names a port twice: each voice needs its own")


PortT = TypeVar("PortT", NamedInput, NamedOutput)


class Ports:
    """All MIDI ports of a performance, by their names, in the order in which they were opened; they close with it.

    Where one is opened, `port` is one that is there, None one of ours, which is called `own_name`; a name that is in
    use already is refused.
    """

    def __init__(self, api: Api, *, is_exact: bool = False) -> None:
        """Begin with none; `is_exact`: outputs send at the exact frame."""
        self._api = api
        self._is_exact = is_exact
        self._watch = ServerWatch(api)
        self.inputs: dict[str, NamedInput] = {}
        self.outputs: dict[str, NamedOutput] = {}

    def input(self, port: str | None, own_name: str = IN_NAME) -> NamedInput:
        """Open an input."""
        return _added(self.inputs, NamedInput(self._watch, lambda port: InPort.open(self._api, port, own_name), port))

    def output(self, port: str | None, own_name: str = OUT_NAME) -> NamedOutput:
        """Open an output."""
        device: type[JackExact | OutPort] = JackExact if self._is_exact else OutPort
        return _added(self.outputs, NamedOutput(self._watch, lambda port: device.open(self._api, port, own_name), port))

    def clock_input(self, port: str) -> NamedInput:
        """An input that a clock comes to: one that is in use for notes, or another."""
        shared = self.inputs.get(self._whole_name(port, 0, self.inputs))
        return shared or self.input(port or None, *unused_names(self._api, CLOCK_IN_NAME))

    def clock_output(self, port: str, own_name: str) -> NamedOutput:
        """An output that our clock goes to: one that is in use for notes, or another."""
        shared = self.outputs.get(self._whole_name(port, 1, self.outputs))
        return shared or self.output(port or None, own_name)

    def _whole_name(self, port: str, direction: int, used: Collection[str]) -> str:
        """The name of the port that a person means; OWN_PORT stays as it is.

        Raises:
            InputError: no port fits, or several do.
        """
        if port == OWN_PORT or port in used:
            return port
        there = list_ports(self._api)[direction]
        return there[choose(there, port)]

    def is_lost(self) -> bool:
        """Whether the system has gone, or the process of an exact output, and its port with it."""
        return self._watch.is_lost() or (self._is_exact and any(port.is_lost() for port in self.outputs.values()))

    def gone(self) -> list[str]:
        """The names of those that lead nowhere since the last look, which takes 0.1 ms for each port."""
        inputs = [name for name, port in self.inputs.items() if port.has_gone()]
        return inputs + [name for name, port in self.outputs.items() if port.has_gone()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for output in self.outputs.values():
            output.close()
        for port in self.inputs.values():
            port.close()


def _added(ports: dict[str, PortT], port: PortT) -> PortT:
    if port.name in ports:
        port.close()
        raise InputError(f"{port.name!r} is opened twice: name each port once")
    ports[port.name] = port
    return port


@dataclass(frozen=True, slots=True)
class OpenPorts:
    """Open inputs and outputs, and what to tell the musician about them."""

    inputs: tuple[Input, ...]
    """No two of one name."""
    outputs: tuple[Output, ...]
    """One for each part, or one that all share."""
    directions: tuple[str, ...] = ()
    seed: SelfPlaying | None = None
    is_lost: Callable[[], bool] = lambda: False
    """Whether the MIDI system has died under the ports."""
    gone: Callable[[], Sequence[str]] = tuple
    """The names of ports whose device has gone since the last look."""
    clock: Output | None = None
    """The output of our own MIDI clock; None: no clock is sent."""
    roles: Inputs = field(default_factory=Inputs)
    """The purpose of each input."""
    ports: Ports | None = None
    """All of them by their names, to be closed and opened again while playing; None where there is no MIDI."""


@contextmanager
def open_ports(api: Api, options: PortOptions, seed: Piece | None, tempo: Tempo) -> Iterator[OpenPorts]:
    """Ports of our own, or those named; a seed phrase, if given, plays as though it came in.

    Raises:
        InputError: no such port. MachineError: the system does not open it.
    """
    in_names, out_names, clock_name = _own_names(api, options.ports)
    with Ports(api, is_exact=options.jack_exact) as ports:
        played = [ports.input(*names) for names in _each(options.in_ports, in_names)]
        answers = [ports.output(*names) for names in _each(options.out_ports, out_names)]
        clock = None if options.clock_out is None else ports.clock_output(options.clock_out, clock_name)
        clock_in = None if options.clock_in is None else ports.clock_input(options.clock_in)
        player = SelfPlaying(deque(performed(seed.notes, tempo))) if seed else None
        inputs: list[Input] = [*played, *([player] if player else [])]
        if clock_in is not None and clock_in not in inputs:
            inputs.append(clock_in)
        yield OpenPorts(
            inputs=tuple(inputs),
            outputs=tuple(answers),
            directions=(
                *(f"  hears    {port.name}{'' if options.in_ports else TO_HEAR}" for port in played),
                *(f"  answers  {port.name}{'' if options.out_ports else TO_BE_HEARD}" for port in answers),
                *([f"  clock    {clock.name}"] if clock else ()),
                *([f"  clock in {clock_in.name}"] if clock_in else ()),
            ),
            seed=player,
            is_lost=ports.is_lost,
            gone=ports.gone,
            clock=clock,
            roles=_roles(played, clock_in),
            ports=ports,
        )


def _roles(played: Sequence[NamedInput], clock_in: NamedInput | None) -> Inputs:
    """The use of each input: time is kept by the clock that comes to the first, unless another is named."""
    names = tuple(port.name for port in played)
    clock = names[0] if clock_in is None else clock_in.name
    return Inputs(names, clock, is_clock_only=clock not in names)


def _own_names(api: Api, ports: int) -> tuple[list[str], list[str], str]:
    """The names of our own ports: the inputs, the outputs, the clock's."""
    if ports == 1:
        in_name, out_name, clock_name = unused_names(api, IN_NAME, OUT_NAME, CLOCK_NAME)
        return [in_name], [out_name], clock_name
    in_names, out_names = ([f"Antiphon {number} {way}" for number in range(1, ports + 1)] for way in ("in", "out"))
    *names, clock_name = unused_names(api, *in_names, *out_names, CLOCK_NAME)
    return names[:ports], names[ports:], clock_name


def _each(named: Sequence[str], own_names: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    """For each port, that which is there already, if any, and what it is called if it is our own."""
    return zip(named, own_names, strict=True) if named else ((None, name) for name in own_names)


@contextmanager
def embedded(seed: Piece, tempo: Tempo, reason: str, print_line: Callable[[str], None]) -> Iterator[OpenPorts]:
    """No ports: the seed phrase plays itself, and both are printed as they sound."""
    screen = Screen(print_line)
    player = SelfPlaying(deque(performed(seed.notes, tempo)), screen)
    yield OpenPorts((player,), (Printed(screen),), (f"  {reason}", "  A seed phrase plays, Antiphon answers:"), player)
