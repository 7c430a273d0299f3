"""Looks through an ONNX file, as bytes, for tensors that lie in other files: such a graph is not what its sha256 says.

The few lines of the protobuf encoding that this takes, so that a process without onnx and numpy can ask. Field numbers
are those of onnx.proto (ONNX 1.23).
"""

from collections.abc import Iterator

_HOLDS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""By kind of message, the fields that lead to a tensor, and the kind of message that each holds."""
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_MOST_DEPTH = 100
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5


def has_external_data(graph: bytes) -> bool:
    """True if any tensor of an ONNX model lies in another file.

    Raises:
        ValueError: the bytes are no ONNX model.
    """
    return _is_external(memoryview(graph), "model", 0)


def _is_external(message: memoryview, kind: str, depth: int) -> bool:
    if depth > _MOST_DEPTH:
        raise ValueError("nested too deeply")
    holds = _HOLDS[kind]
    for number, value in _fields(message):
        if kind == "tensor" and (number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value)):
            return True
        if number in holds and isinstance(value, memoryview) and _is_external(value, holds[number], depth + 1):
            return True
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """(number, value) of a message's fields; of those of fixed size the value is left out, as 0."""
    offset = 0
    while offset < len(message):
        tag, offset = _varint(message, offset)
        number, wire = tag >> 3, tag & 7
        size = {_FIXED_64: 8, _FIXED_32: 4}.get(wire, 0)
        value = 0
        if wire in (_VARINT, _BYTES):
            value, offset = _varint(message, offset)
            size = value if wire == _BYTES else 0
        elif not size:
            raise ValueError(f"a field of wire type {wire}")
        if offset + size > len(message):
            raise ValueError("it ends too early")
        yield number, message[offset : offset + size] if wire == _BYTES else value
        offset += size


def _varint(message: memoryview, offset: int) -> tuple[int, int]:
    """A number of 7 bits a byte, and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        if offset >= len(message):
            raise ValueError("it ends too early")
        byte = message[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, offset
    raise ValueError("a number of more than ten bytes")
