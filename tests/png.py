"""Decoder of 8-bit PNG images, such as icons and screenshots."""

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}  # RGB, RGBA


class Pixel(NamedTuple):
    red: int
    green: int
    blue: int
    alpha: int = 255


@dataclass(frozen=True, slots=True)
class Image:
    width: int
    height: int
    pixels: tuple[Pixel, ...]


def read(data: bytes) -> Image:
    """Return the image of a PNG file."""
    assert data.startswith(SIGNATURE)
    header, packed, place = b"", b"", len(SIGNATURE)
    while place < len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + size]
        header = body if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        place += size + 12
    width, height, depth, colours, *rest = struct.unpack(">IIBBBBB", header)
    assert (depth, rest) == (8, [0, 0, 0])
    wide = CHANNELS[colours]
    lines = unfiltered(zlib.decompress(packed), width * wide, wide)
    return Image(width, height, tuple(Pixel(*line[x : x + wide]) for line in lines for x in range(0, len(line), wide)))


def unfiltered(raw: bytes, size: int, wide: int) -> list[bytes]:
    """Undo the filter of each line."""
    lines = [bytes(size)]
    for start in range(0, len(raw), size + 1):
        kind, line = raw[start], bytearray(raw[start + 1 : start + 1 + size])
        for x in range(size):
            left = line[x - wide] if x >= wide else 0
            corner = lines[-1][x - wide] if x >= wide else 0
            line[x] = (line[x] + guess(kind, left, lines[-1][x], corner)) % 256
        lines.append(bytes(line))
    return lines[1:]


def guess(kind: int, left: int, above: int, corner: int) -> int:
    """Return the predicted value of a byte."""
    nearest = min((left, above, corner), key=lambda item: abs(left + above - corner - item))
    return (0, left, above, (left + above) // 2, nearest)[kind]


def distance(one: Image, other: Image) -> float:
    """Return the mean difference of two images of one size over all channels."""
    assert (one.width, one.height) == (other.width, other.height)
    far = sum(
        abs(a - b)
        for ours, theirs in zip(one.pixels, other.pixels, strict=True)
        for a, b in zip(ours, theirs, strict=True)
    )
    return far / len(one.pixels) / len(Pixel._fields)
