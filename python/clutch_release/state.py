"""Directories that the application writes to: below the prefix, outside the releases, made when missing, never touched."""

from __future__ import annotations

import os
from typing import Any, Dict

from clutch_release.layout import Prefix


def make_state(prefix: Prefix, manifest: Dict[str, Any]) -> None:
    for path in manifest.get('state') or ():
        os.makedirs(os.path.join(prefix.directory, path), exist_ok=True)
