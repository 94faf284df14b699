"""Makes new content of old: copies with corrections, and literal bytes. docs/releases.md, "Deltas"; the encoder is
src/release/delta/encode-patch.ts."""

from __future__ import annotations

import bisect
from typing import IO, Callable, Dict, List, Mapping, Sequence

# Old content kept in memory at a time; copies come from the same few files for a while.
CACHE_LIMIT = 1 << 25


class Sources:
    """All old files laid end to end; each is read when something is copied from it."""

    def __init__(self, sizes: Sequence[int], read: Callable[[int], bytes]) -> None:
        self._read = read
        self._starts: List[int] = []
        self._cached: Dict[int, bytes] = {}
        self._bytes = 0
        end = 0
        for size in sizes:
            self._starts.append(end)
            end += size

    def copy(self, position: int, length: int) -> bytes:
        """Bytes of one file; fails with ValueError when they go over its end."""
        number = bisect.bisect_right(self._starts, position) - 1
        # Of empty files at this place, the last one is found, and that is the one with content.
        content = self._content(number)
        start = position - self._starts[number]
        piece = content[start:start + length]
        if start < 0 or len(piece) != length:
            raise ValueError('a copy goes over the end of its file')
        return piece

    def _content(self, number: int) -> bytes:
        content = self._cached.get(number)
        if content is None:
            content = self._read(number)
            while self._cached and self._bytes + len(content) > CACHE_LIMIT:
                self._bytes -= len(self._cached.pop(next(iter(self._cached))))
            self._cached[number] = content
            self._bytes += len(content)
        return content


class Numbers:
    """Seven bits a byte, the lowest first; the eighth bit says that more follow."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._at = 0

    def next(self) -> int:
        value = self._stream[self._at]
        self._at += 1
        if value < 0x80:
            return value
        value &= 0x7f
        shift = 7
        while True:
            byte = self._stream[self._at]
            self._at += 1
            value |= (byte & 0x7f) << shift
            if byte < 0x80:
                return value
            shift += 7

    def signed(self) -> int:
        value = self.next()
        return -(value + 1) // 2 if value & 1 else value // 2


class Patch:
    """Files come out in the order in which they went in."""

    def __init__(self, sources: Sources, streams: Mapping[str, Callable[[], IO[bytes]]]) -> None:
        self._sources = sources
        self._lengths = Numbers(streams['lengths']().read())
        self._jumps = Numbers(streams['jumps']().read())
        self._gaps = Numbers(streams['gaps']().read())
        self._changes = iter(streams['changes']().read())
        self._literals = streams['literals']()
        self._position = 0

    def next_file(self, size: int) -> bytes:
        """Fails with ValueError, IndexError, StopIteration or LZMAError when the patch is damaged."""
        pieces: List[bytes] = []
        left = size
        while left:
            literal = self._lengths.next()
            if literal:
                pieces.append(read_exactly(self._literals, min(literal, left)))
                left -= literal
                if left <= 0:
                    break
            length = self._lengths.next()
            self._position += literal + self._jumps.signed()
            pieces.append(self._corrected(self._sources.copy(self._position, length)))
            self._position += length
            left -= length
        if left:
            raise ValueError('a file is longer than it should be')
        # After a literal at the end of a file, the next jump counts from the last copy, as the encoder does.
        return b''.join(pieces)

    def _corrected(self, content: bytes) -> bytes:
        gap = self._gaps.next()
        if not gap:
            return content
        changed = bytearray(content)
        at = -1
        while gap:
            at += gap
            changed[at] = (changed[at] + next(self._changes)) & 0xff
            gap = self._gaps.next()
        return bytes(changed)


def read_exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise ValueError('a stream is shorter than it should be')
    return content
