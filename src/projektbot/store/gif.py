"""GIFs without what is no picture: comments, other programs' data, whatever lies behind the end (GIF89a, 1990)."""

from __future__ import annotations

HEAD = 13  # signature and screen descriptor
EXTENSION, IMAGE, END = 0x21, 0x2C, 0x3B
CONTROL, APPLICATION = 0xF9, 0xFF
LOOPING = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def bare_gif(data: bytes) -> bytes:
    """Return the same picture, byte for byte, with nothing beside it; raise ValueError or IndexError if it is none."""
    at = HEAD + _colours(data[10])
    kept = [data[:at]]
    while (kind := data[at]) != END:
        if kind not in (EXTENSION, IMAGE):
            raise ValueError("neither picture nor extension")
        start, at = at, _end(data, at)
        kept.append(data[start:at] if kind == IMAGE else _extension(data[start:at]))
    return b"".join(kept) + bytes([END])


def _colours(flags: int) -> int:
    """Return how many bytes of colours follow."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end(data: bytes, at: int) -> int:
    """Return where a picture or extension ends: behind its blocks, each of which says how long it is."""
    at += 2 if data[at] == EXTENSION else 11 + _colours(data[at + 9])
    while size := data[at]:
        at += 1 + size
    return at + 1


def _extension(block: bytes) -> bytes:
    """Return what is needed to show the picture: how long a frame stands, how often all of them are shown."""
    if block[1] == CONTROL:
        return block
    said = block[3 : 3 + block[2]]
    if block[1] != APPLICATION or said not in LOOPING:
        return b""
    loop = block[15:18]
    return block[:14] + bytes([3]) + loop + b"\0" if block[14] == 3 and loop[0] == 1 else b""  # noqa: PLR2004 - its bytes
