"""A change of a part's parameter, as a surface would ask for it."""

from realtime.session.controls import parse_change
from realtime.session.part import Part
from realtime.session.schedule import Outgoing


def change(part: Part, name: str, text: str, now_ns: int) -> list[Outgoing]:
    asked = parse_change(name, text)
    return part.change(asked, part.settings.changed(asked.name, asked.value), now_ns)
