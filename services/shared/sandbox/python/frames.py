"""Messages over pipes: four bytes of length, then JSON."""

import json
import os
import struct

LARGEST = 64 << 20


def read_exactly(source, size):
    parts = []
    while size > 0:
        part = os.read(source, min(size, 1 << 16))
        if not part:
            raise EOFError("the other side has closed the channel")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_frame(source):
    """Reads no byte beyond the frame: what follows may be for another process to read."""
    (size,) = struct.unpack("<I", read_exactly(source, 4))
    if size > LARGEST:
        raise EOFError("a message is longer than any that is sent")
    # A lone surrogate may come from a program; it must not break the reader.
    return json.loads(read_exactly(source, size))


def write_frame(target, value):
    text = json.dumps(value, separators=(",", ":")).encode()
    rest = memoryview(struct.pack("<I", len(text)) + text)
    while rest:
        rest = rest[os.write(target, rest) :]
