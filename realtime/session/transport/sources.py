"""The time sources there are, in the order in which `sync auto` takes them. A new one is a line here."""

from realtime.session.transport.heard_source import HeardSource
from realtime.session.transport.link_source import Join, LinkSource, no_network
from realtime.session.transport.midi_clock_source import MidiClockSource
from realtime.session.transport.time_source import InternalSource, TimeSource


def time_sources(join_link: Join = no_network) -> list[TimeSource]:
    """One of each, for one performance; `join_link` finds an Ableton Link session."""
    return [
        MidiClockSource(),
        LinkSource(join_link),
        HeardSource(),
        InternalSource(),
    ]
