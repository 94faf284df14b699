// Deltas: from two releases to one Python program that upgrades the first to the second. docs/releases.md has the
// format ("Deltas"); what it does on the target is in python/clutch_release.

export { makeDelta, type DeltaOrder, type MadeDelta } from './make-delta.ts';
