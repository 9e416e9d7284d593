"""winmail.dat streams written by hand (MS-OXTNEF, MS-OXRTFCP), for tests."""

import struct

APPOINTMENT = bytes.fromhex("0220060000000000c000000000000046")
MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")


def attribute(level, kind, value):
    return struct.pack("<BII", level, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(*said):
    """(id or (set, number), type, value) each; values are str, bytes or int."""
    out = struct.pack("<I", len(said))
    for key, kind, value in said:
        if isinstance(key, tuple):
            out += struct.pack("<HH", kind, 0x8000 + key[1] % 100) + key[0] + struct.pack("<II", 0, key[1])
        else:
            out += struct.pack("<HH", kind, key)
        if isinstance(value, int):
            out += value.to_bytes(8 if kind == 0x40 else 4, "little")
            continue
        raw = (
            value
            if isinstance(value, bytes)
            else (value + "\0").encode("utf-16-le" if kind == 0x1F else "cp1252")
        )
        out += struct.pack("<II", 1, len(raw)) + raw + bytes(-len(raw) % 4)
    return out


def stream(*attributes):
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
        + b"".join(attributes)
    )


def message(*said):
    return attribute(1, 0x00069003, properties(*said))


def kind(name):
    return attribute(1, 0x00078008, name + b"\0")


def file(title, content, *said):
    out = attribute(2, 0x00069002, b"\x01\0" + b"\xff" * 4 + bytes(8)) + attribute(
        2, 0x00018010, title + b"\0"
    )
    if content is not None:
        out += attribute(2, 0x0006800F, content)
    return out + (attribute(2, 0x00069005, properties(*said)) if said else b"")


def packed(rtf, *, plain=False):
    """PR_RTF_COMPRESSED with literal bytes only, or stored as it is."""
    if plain:
        return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
    body = b"".join(b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8))
    return struct.pack("<IIII", len(body) + 12, len(rtf), 0x75465A4C, 0) + body
