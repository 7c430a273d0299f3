"""Where a performance takes place: on MIDI ports or, where no MIDI system answers, between a seed and the screen."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from midi.files import Piece
from midi.ports import IN_NAME, OUT_NAME, Api, InPort, OutPort, Watch, unused_names
from midi.tempo import Tempo
from realtime.io_process.embedded import Printed, Screen, SelfPlaying
from realtime.io_process.loop import Input, Output
from realtime.timed import performed


@dataclass(frozen=True, slots=True)
class Venue:
    """Open inputs and an output, and what to tell the musician about them."""

    inputs: tuple[Input, ...]
    output: Output
    directions: tuple[str, ...]
    seed: SelfPlaying | None = None
    is_lost: Callable[[], bool] = lambda: False
    """Whether the MIDI system has died under the ports."""


@contextmanager
def on_ports(api: Api, in_port: str | None, out_port: str | None, seed: Piece | None, tempo: Tempo) -> Iterator[Venue]:
    """Ports of our own, or those named; a seed phrase, if given, plays as though it came in.

    Raises:
        InputError: no such port. MachineError: the system does not open it.
    """
    in_name, out_name = unused_names(api, IN_NAME, OUT_NAME)
    with (
        InPort.existing(api, in_port, in_name) if in_port else InPort.virtual(api, in_name) as heard,
        OutPort.existing(api, out_port, out_name) if out_port else OutPort.virtual(api, out_name) as played,
    ):
        directions = (
            f"  hears    {heard.name}{'' if in_port else '   <- connect your keyboard, or a DAW track, to it'}",
            f"  answers  {played.name}{'' if out_port else '   -> connect it to a synth, or an armed DAW track'}",
            "  Play a phrase, then pause: it answers. Ctrl-C ends.",
        )
        player = SelfPlaying(deque(performed(seed.notes, tempo))) if seed else None
        yield Venue((heard, player) if player else (heard,), played, directions, player, Watch(api).is_lost)


@contextmanager
def embedded(seed: Piece, tempo: Tempo, reason: str) -> Iterator[Venue]:
    """No ports: the seed phrase plays itself, and both are printed as they sound."""
    screen = Screen()
    player = SelfPlaying(deque(performed(seed.notes, tempo)), screen)
    yield Venue((player,), Printed(screen), (f"  {reason}", "  A seed phrase plays, Antiphon answers:"), player)
