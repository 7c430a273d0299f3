"""Ports' names: as text, told apart, and which of them a person means. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from midi.errors import InputError


def decoded(name: bytes) -> str:
    """A port's name as text.

    RtMidi gives UTF-8 on every system, which python-rtmidi takes for Mac Roman on macOS and for Latin-1 on Windows.
    What is no UTF-8, as an old driver's name may be, is read as Latin-1, which every byte is.
    """
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")


def told_apart(ports: Sequence[str]) -> list[str]:
    """The names as given, but those that stand more than once with a number behind them, in the system's order.

    As two keyboards of one make are on CoreMIDI: "Keystation 1", "Keystation 2". No number makes a name that is there.
    """
    taken = set(ports)
    names: list[str] = []
    for port in ports:
        name = port
        if ports.count(port) > 1:
            name = next(numbered for number in count(1) if (numbered := f"{port} {number}") not in taken)
            taken.add(name)
        names.append(name)
    return names


def choose(ports: Sequence[str], wanted: str) -> int:
    """The index of the port a person means: the exact name, else a whole client or port name, else a part of one.

    Ports of one name are told apart as `told_apart` does.

    Raises:
        InputError: none fits, or several do; the message lists them.
    """
    text = wanted.casefold()
    ports = told_apart(ports)
    for fits in (
        [index for index, port in enumerate(ports) if port == wanted],
        [index for index, port in enumerate(ports) if text in (part.casefold() for part in parts(port))],
        [index for index, port in enumerate(ports) if text in port.casefold()],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            several = _listed(ports[index] for index in fits)
            raise InputError(f"several ports fit {wanted!r}: {several}; give more of the name")
    raise InputError(f"no port {wanted!r}; there are: {_listed(ports) or 'none'}")


def parts(port: str) -> Iterator[str]:
    """The names in a port's full name: itself, its client's, its own, and that without ALSA's numbers."""
    yield port
    client, colon, own = port.partition(":")
    if colon:
        yield client
        yield own
        words, space, numbers = own.rpartition(" ")
        if space and ":" in numbers and numbers.replace(":", "").isdigit():
            yield words


def _listed(ports: Iterable[str]) -> str:
    return ", ".join(repr(port) for port in ports)
