"""Keys and signatures as minisign writes them (https://jedisct1.github.io/minisign/), prehashed ones ("ED"): what
`minisign -V -m FILE -p KEY` accepts, and nothing else."""

from __future__ import annotations

import base64
import binascii
import hashlib
from clutch_release.ed25519 import verify
from clutch_release.failures import NOT_TRUSTED, Failure

UNTRUSTED = 'untrusted comment: '
TRUSTED = 'trusted comment: '


class Key:

    def __init__(self, identity: bytes, point: bytes = b'') -> None:
        self.identity = identity
        self.point = point

    def __str__(self) -> str:
        return self.identity[::-1].hex().upper()


def parse_key(text: str, where: str) -> Key:
    """A public key: the text of `minisign.pub`, or its second line alone, as on minisign's command line."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(UNTRUSTED)]
    content = decode(lines[0]) if len(lines) == 1 else b''
    if len(content) != 42 or content[:2] != b'Ed':
        raise Failure(NOT_TRUSTED, '`%s` is no public key of minisign' % where)
    return Key(content[2:10], content[10:])


def read_key(path: str) -> Key:
    try:
        with open(path, encoding='utf-8') as stream:
            return parse_key(stream.read(4096), path)
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise Failure(NOT_TRUSTED, 'cannot read the key `%s`: %s' % (path, error)) from None


def verify_signature(content: bytes, signature: str, key: Key, where: str) -> str:
    """The trusted comment of the signature; fails with NOT_TRUSTED when it is not one of `content` by `key`."""
    lines = signature.splitlines()
    if len(lines) != 4 or not lines[0].startswith(UNTRUSTED) or not lines[2].startswith(TRUSTED):
        raise untrusted(where, 'the signature is not in minisign\'s format')
    signed, whole = decode(lines[1]), decode(lines[3])
    if len(signed) != 74 or len(whole) != 64:
        raise untrusted(where, 'the signature is not in minisign\'s format')
    if signed[:2] != b'ED':
        raise untrusted(where, 'the signature is not a prehashed one', 'sign it without -l')
    if signed[2:10] != key.identity:
        raise untrusted(where, 'it was signed by the key %s, trusted is %s'
                        % (Key(signed[2:10]), key))
    comment = lines[2][len(TRUSTED):]
    if not verify(key.point, signed[10:], hashlib.blake2b(content).digest()):
        raise untrusted(where, 'the signature does not fit')
    if not verify(key.point, whole, signed[10:] + comment.encode('utf-8', 'surrogateescape')):
        raise untrusted(where, 'the trusted comment was changed')
    return comment


def untrusted(where: str, problem: str, hint: str = 'fetch it again from where you trust it') -> Failure:
    return Failure(NOT_TRUSTED, '`%s` is not trusted: %s' % (where, problem), hint)


def decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b''
