"""Ed25519 signatures verified (RFC 8032, section 5.1.7) with nothing but integers.

Stricter than the RFC where implementations differ, as libsodium is: S must be below the order of the group, the key and R
must be canonical, and neither may be a point of small order. The equation is the one without the cofactor. Nothing here
is secret, so time does not matter.
"""

from __future__ import annotations

import hashlib
from typing import Optional, Tuple

# Extended coordinates: x = X/Z, y = Y/Z, x*y = T/Z.
Point = Tuple[int, int, int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL: Point = (0, 1, 1, 0)


def verify(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` (64 bytes) is that of `message` by the owner of `key` (32 bytes)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    point, r = decode_point(key), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], 'little')
    if point is None or r is None or s >= ORDER or has_small_order(point) or has_small_order(r):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), 'little') % ORDER
    return is_equal(multiply(s, BASE), add(r, multiply(k, point)))


def decode_point(text: bytes) -> Optional[Point]:
    """RFC 8032, section 5.1.3; `None` for what is no point or not its canonical encoding."""
    number = int.from_bytes(text, 'little')
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        return None
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def recover_x(y: int, sign: int) -> Optional[int]:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P != 0:
        return None
    return x if x & 1 == sign else P - x


def add(left: Point, right: Point) -> Point:
    a = (left[1] - left[0]) * (right[1] - right[0]) % P
    b = (left[1] + left[0]) * (right[1] + right[0]) % P
    c = 2 * left[3] * right[3] * D % P
    d = 2 * left[2] * right[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(factor: int, point: Point) -> Point:
    result = NEUTRAL
    while factor > 0:
        if factor & 1:
            result = add(result, point)
        point = add(point, point)
        factor >>= 1
    return result


def is_equal(left: Point, right: Point) -> bool:
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def has_small_order(point: Point) -> bool:
    return is_equal(multiply(8, point), NEUTRAL)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0) or 0
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)
