"""Workbooks that a disk, a mail or a password has made unreadable."""

from __future__ import annotations

import io
import zipfile

PICTURE = "xl/media/image1.png"  # nobody reads it to find the rows


def damaged(book: bytes, part: str) -> bytes:
    """Return the workbook with the first bytes of one packed part turned round."""
    info = zipfile.ZipFile(io.BytesIO(book)).getinfo(part)
    start = info.header_offset + 30 + len(info.filename)
    end = start + min(8, info.compress_size)
    return book[:start] + bytes(byte ^ 0xFF for byte in book[start:end]) + book[end:]


def encrypted(book: bytes) -> bytes:
    """Return the workbook with each part marked as one that needs a password."""
    out = bytearray(book)
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(head)
        while at != -1:
            out[at + flags] |= 1
            at = out.find(head, at + 4)
    return bytes(out)


def with_a_picture(book: bytes) -> bytes:
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(PICTURE, bytes(range(256)) * 20)
    return out.getvalue()
