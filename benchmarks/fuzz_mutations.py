"""Changes that make a file of some format a damaged or hostile one, drawn from a seeded generator."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

EVIL_NUMBERS = (0, 1, 2, *(2**bits + change for bits in (7, 8, 15, 16, 31, 32, 63, 64) for change in (-1, 0)))
EVIL_VALUES = (None, True, -1, 0, 1, 2.5, 10**9, 10**30, 1e308, "", "x" * 5000, "..", "/etc/passwd", [], {}, [[]])
EVIL_WORDS = (b"\0" * 16, b"\xff" * 16, b"../", b"/etc/passwd", b"nan", b"inf", b"-1", b"1e999", b"9" * 11, b"%s%n")


def mutated(data: bytes, others: Sequence[bytes], random: np.random.Generator) -> bytes:
    """One to eight changes of bytes."""
    content = bytearray(data)
    for _ in range(min(8, random.geometric(0.5))):
        content = bytearray(_CHANGES[random.integers(len(_CHANGES))](content, others, random))
        if not content:
            break
    return bytes(content)


def mutated_zip(data: bytes, others: Sequence[bytes], random: np.random.Generator) -> bytes:
    """Change a member, its checksum right again; JSON by its values half of the time."""
    if random.random() < 0.2 or not zipfile.is_zipfile(io.BytesIO(data)):
        return mutated(data, others, random)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member.filename: archive.read(member) for member in archive.infolist()}
    name = list(members)[random.integers(len(members))]
    if name.endswith(".json") and random.random() < 0.8:
        members[name] = _mutated_json(members[name], random)
    else:
        members[name] = mutated(members[name], list(members.values()), random)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)
    return buffer.getvalue()


def mutated_png(data: bytes, others: Sequence[bytes], random: np.random.Generator) -> bytes:
    """Change bytes, and make the checksums of chunks right again half of the time."""
    changed = mutated(data, others, random)
    return changed if random.random() < 0.5 else _with_checksums(changed)


def _with_checksums(data: bytes) -> bytes:
    content, position = bytearray(data), 8
    while position + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, position)
        end = position + 8 + length
        if end + 4 > len(content):
            break
        struct.pack_into(">I", content, end, zlib.crc32(content[position + 4 : end]))
        position = end + 4
    return bytes(content)


def _mutated_json(data: bytes, random: np.random.Generator) -> bytes:
    """Replace one to three values, or take them away."""
    root = json.loads(data)
    for _ in range(random.integers(1, 4)):
        places = _places(root)
        if not places:
            break
        owner, key = places[random.integers(len(places))]
        if random.random() < 0.2:
            del owner[key]
        elif random.random() < 0.3:
            other, other_key = places[random.integers(len(places))]
            # A copy: the tree must stay one.
            owner[key] = json.loads(json.dumps(other[other_key]))
        else:
            owner[key] = EVIL_VALUES[random.integers(len(EVIL_VALUES))]
    return json.dumps(root).encode()


def _places(value: Any) -> list[tuple[Any, Any]]:
    if not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else range(len(value))
    return [place for key in keys for place in [(value, key), *_places(value[key])]]


def _span(content, random, longest=64):
    start = int(random.integers(len(content)))
    return start, min(len(content), start + int(random.integers(1, longest)))


def _flip(content, others, random):
    position = random.integers(len(content))
    content[position] ^= 1 << random.integers(8)
    return content


def _set(content, others, random):
    content[random.integers(len(content))] = random.integers(256)
    return content


def _truncate(content, others, random):
    return content[: random.integers(len(content))]


def _remove(content, others, random):
    start, end = _span(content, random)
    return content[:start] + content[end:]


def _repeat(content, others, random):
    start, end = _span(content, random)
    return content[:end] + content[start:end] * int(random.integers(1, 20)) + content[end:]


def _splice(content, others, random):
    other = others[random.integers(len(others))]
    if not other:
        return content
    start, end = _span(other, random, 512)
    position = int(random.integers(len(content)))
    return content[:position] + other[start:end] + content[position + end - start :]


def _number(content, others, random):
    size, order = (1, 2, 4, 8)[random.integers(4)], "<>"[random.integers(2)]
    value = EVIL_NUMBERS[random.integers(len(EVIL_NUMBERS))] % 2 ** (8 * size)
    # Half of them in the head, where lengths stand.
    position = int(random.integers(len(content) if random.random() < 0.5 else min(len(content), 256)))
    content[position : position + size] = value.to_bytes(size, "little" if order == "<" else "big")
    return content


def _word(content, others, random):
    word = EVIL_WORDS[random.integers(len(EVIL_WORDS))]
    position = int(random.integers(len(content)))
    return content[:position] + word + content[position + len(word) * int(random.integers(2)) :]


_CHANGES = (_flip, _flip, _set, _number, _number, _number, _truncate, _remove, _repeat, _splice, _word)
