"""Standard MIDI Files byte by byte, for what no library would write."""

END = b"\x00\xff\x2f\x00"


def chunk(name: bytes, content: bytes, length: int | None = None) -> bytes:
    return name + (len(content) if length is None else length).to_bytes(4) + content


def header(kind: int = 1, tracks: int = 1, division: bytes = b"\x01\xe0") -> bytes:
    return chunk(b"MThd", kind.to_bytes(2) + tracks.to_bytes(2) + division)


def track(*events: bytes, end: bytes = END) -> bytes:
    return chunk(b"MTrk", b"".join(events) + end)


def quantity(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def event(delta: int, *message: int) -> bytes:
    return quantity(delta) + bytes(message)


def sysex(delta: int, *content: int) -> bytes:
    return quantity(delta) + b"\xf0" + quantity(len(content) + 1) + bytes(content) + b"\xf7"


def note(pitch: int, channel: int = 0, before: int = 0, length: int = 480) -> bytes:
    return event(before, 0x90 | channel, pitch, 80) + event(length, 0x80 | channel, pitch, 0)
