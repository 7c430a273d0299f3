"""A part by itself, with the values and the time that a session would give it, and changes of them."""

from realtime.session.controls import Controls, parse_changes
from realtime.session.count_in import CountIn
from realtime.session.journal import Human
from realtime.session.part import Part
from realtime.session.schedule import Outgoing
from realtime.session.transport.transport import Transport
from realtime.session.voice_routing import VoiceRouting
from realtime.settings import Settings


def part_of(settings: Settings | None = None) -> Part:
    """The only part of a performance that begins at 0 ns."""
    controls = Controls([settings or Settings()], VoiceRouting())
    transport = Transport(controls.settings[0], 0)
    return Part(controls, 0, transport, CountIn(0, transport))


def taken(part: Part, message: bytes, at_ns: int = 0) -> list[Outgoing]:
    """A message of the human's, which counts and may go through, as a session takes it."""
    silenced = part.hear(Human(0, at_ns, message, (message,)), at_ns)
    return [*silenced, *part.pass_through(message, at_ns, at_ns)]


def change(part: Part, name: str, text: str, now_ns: int) -> list[Outgoing]:
    """A change of its parameter, as a surface would ask for it."""
    (asked,), before = parse_changes(name, text), part.settings
    settings = before.changed(asked.name, asked.value)
    part.transport.set(settings, now_ns)
    part.controls.set(part.index, settings)
    return part.go_by_change(asked, before, now_ns)
