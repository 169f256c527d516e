"""Small SCP-ECG files written here after EN 1064, and the samples they hold. python make_golden.py > scp-ecg.json

Kinds: raw samples; first differences with the default Huffman table; second differences with it.
Checked once by reading them with BioSig (save2gdf) and an independent script: the same samples.
"""

import base64
import json
import random
import struct

LEADS = [1, 2, 3, 61]


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = ((value << 1) ^ 0x1021) & 0xFFFF if value & 0x8000 else (value << 1) & 0xFFFF
    return value


def section(number, content):
    content += b"\0" * (len(content) % 2)
    body = struct.pack("<HIBB", number, len(content) + 16, 13, 13) + b"\0" * 6 + content
    return struct.pack("<H", crc(body)) + body


def default_code(value):
    """The bits of a value by the default table."""
    if value == 0:
        return "0"
    if abs(value) <= 8:
        return "1" * abs(value) + ("00" if value > 0 else "01")
    if -128 <= value < 128:
        return "1111111110" + format(value & 0xFF, "08b")
    return "1111111111" + format(value & 0xFFFF, "016b")


def packed(bits):
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def differences(values, order):
    out = list(values)
    if order == 1:
        out[1:] = [b - a for a, b in zip(values, values[1:])]
    if order == 2:
        out[2:] = [c - 2 * b + a for a, b, c in zip(values, values[1:], values[2:])]
    return out


def make(samples, order, coding):
    tags = b"".join(
        struct.pack("<BH", tag, len(value)) + value
        for tag, value in [(2, b"none\0"), (25, struct.pack("<HBB", 2020, 1, 2)), (26, bytes([3, 4, 5])), (255, b"")]
    )
    leads = struct.pack("<BB", len(LEADS), 0x04 | len(LEADS) << 3)
    for code, values in zip(LEADS, samples):
        leads += struct.pack("<IIB", 1, len(values), code)
    data = []
    for values in samples:
        steps = differences(values, order)
        if coding is None:
            data.append(struct.pack(f"<{len(steps)}h", *steps))
        else:
            piece = packed("".join(map(coding, steps)))
            data.append(piece + b"\0" * (len(piece) % 2))
    rhythm = struct.pack("<HHBB", 2500, 2000, order, 0) + struct.pack(f"<{len(data)}H", *map(len, data)) + b"".join(data)
    contents = {1: tags, 3: leads, 6: rhythm}
    if coding is default_code:
        contents[2] = struct.pack("<H", 19999)
    sections = {number: section(number, content) for number, content in contents.items()}
    # Section 0 lists 0 to 11; where each begins, counted from 1.
    first = 7
    length = 16 + 12 * 10
    rows = [(0, length, first)]
    at = first + length
    for number in range(1, 12):
        size = len(sections.get(number, b""))
        rows.append((number, size, at if size else 0))
        at += size
    pointers = b"".join(struct.pack("<HII", *row) for row in rows)
    body = section(0, pointers)
    # The pointer section is marked by its name in the reserved bytes.
    head = bytearray(body)
    head[10:16] = b"SCPECG"
    head[0:2] = struct.pack("<H", crc(bytes(head[2:])))
    rest = bytes(head) + b"".join(sections[number] for number in sorted(sections))
    total = struct.pack("<I", 6 + len(rest))
    return struct.pack("<H", crc(total + rest)) + total + rest


def main():
    source = random.Random(1)
    samples = []
    for lead in range(len(LEADS)):
        value, values = 0, []
        for i in range(60):
            value += source.choice([0, 0, 1, -1, 2, -3, 5, -8, 9]) + (400 if i == 20 + lead else -400 if i == 23 + lead else 0)
            values.append(value)
        samples.append(values)
    kinds = {
        "raw": (0, None),
        "first differences, default table": (1, default_code),
        "second differences, default table": (2, default_code),
    }
    cases = {kind: base64.b64encode(make(samples, *how)).decode() for kind, how in kinds.items()}
    print(json.dumps({"samples": samples, "cases": cases}, indent=1))


if __name__ == "__main__":
    main()
