"""An encrypted archive of one file, written and read as a stream.

A line of JSON that anybody may read (format, key id, salt), then frames: four bytes of length and a
piece under AES-256-GCM, with a key of the archive's own. Each frame is bound to the first line, its
place and whether it is the last, so that nothing can be altered, moved, added or cut off unseen.
The first frame is the manifest, as JSON.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mentorship.crypto import UnreadableField, keyring

FORMAT = "img-mentorship backup 1"
PURPOSE = "backup"
PIECE = 1024 * 1024
SALT_BYTES = 16
LENGTH = struct.Struct(">I")
MOST = PIECE + 64 * 1024  # bytes a frame may have


class BadArchive(ValueError):
    """The file is not an archive of ours, is damaged, or its key is not configured."""


def pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def write(target: Path, manifest: Any, content: Iterable[bytes]) -> int:
    """Write an archive, readable by its owner only, all or nothing; return its bytes."""
    head = {"format": FORMAT, "key": keyring.current, "salt": os.urandom(SALT_BYTES).hex()}
    first = json.dumps(head).encode() + b"\n"
    cipher = keyring.derived(keyring.current, salt=bytes.fromhex(head["salt"]), purpose=PURPOSE)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(first)
            _write_frame(out, cipher, first, 0, json.dumps(manifest).encode(), last=False)
            number, waiting = 1, b""
            for piece in content:
                if waiting:
                    _write_frame(out, cipher, first, number, waiting, last=False)
                    number += 1
                waiting = piece
            _write_frame(out, cipher, first, number, waiting, last=True)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return target.stat().st_size


def read(source: Path) -> tuple[Any, Iterator[bytes]]:
    """Return the manifest and, as they are read, the pieces of the content.

    Raises
    ------
    BadArchive
        At once or at any piece: this is no archive, or not as it was written.

    """
    file = source.open("rb")
    first = file.readline(1000)
    try:
        head = json.loads(first)
        if head["format"] != FORMAT:
            raise BadArchive(f"{source}: not a backup of this service")
        cipher = keyring.derived(head["key"], salt=bytes.fromhex(head["salt"]), purpose=PURPOSE)
    except UnreadableField as problem:
        file.close()
        raise BadArchive(f"{source}: {problem}") from None
    except (ValueError, KeyError, TypeError):
        file.close()
        raise BadArchive(f"{source}: not a backup of this service") from None
    frames = _frames(file, cipher, first, source)
    return json.loads(next(frames)), frames


def _frames(file: BinaryIO, cipher: AESGCM, first: bytes, source: Path) -> Iterator[bytes]:
    with file:
        number, last = 0, False
        while not last:
            size = file.read(LENGTH.size)
            length = LENGTH.unpack(size)[0] if len(size) == LENGTH.size else 0
            sealed = file.read(length) if length <= MOST else b""
            if not length or len(sealed) != length:
                raise BadArchive(f"{source}: its end is missing")
            last = not (rest := file.read(1))
            if rest:
                file.seek(-1, os.SEEK_CUR)
            try:
                plain = cipher.decrypt(_nonce(number, last=last), sealed, first)
            except InvalidTag:
                raise BadArchive(f"{source}: damaged, or its end is missing") from None
            yield plain
            number += 1


def _write_frame(  # noqa: PLR0913  what, where, and under what
    out: BinaryIO, cipher: AESGCM, first: bytes, number: int, plain: bytes, *, last: bool
) -> None:
    sealed = cipher.encrypt(_nonce(number, last=last), plain, first)
    out.write(LENGTH.pack(len(sealed)) + sealed)


def _nonce(number: int, *, last: bool) -> bytes:
    """Return a nonce: each number once, under a key that no other archive has."""
    return number.to_bytes(11, "big") + bytes([last])
