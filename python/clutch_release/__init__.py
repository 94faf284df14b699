"""What runs on the machine that a release is installed on: installing, upgrading, going back. Standard library only.

It is packed into every `.pyz` upgrade and lies in every bundle (`.release/clutch_release`). docs/releases.md has the
formats; the other side of them is TypeScript, in src/release.
"""
