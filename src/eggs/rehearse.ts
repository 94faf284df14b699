// The first run that fills a shared directory decides what the next buildouts decide again, with everything in place. It
// rehearses that at its end, so that already the second buildout only repeats it.

import { BuildError, type Report } from '#base';

import { createEggRun, type EggRun } from './egg-run.ts';
import type { EggSettings, InstallOptions } from './eggs-contract.ts';

export interface Rehearsal {
  /** Notes an installation that was decided and not repeated. */
  note(run: EggRun, specs: readonly string[], options: InstallOptions): void;
  /** When the run put something into a shared directory: decides again what was noted, and has it remembered. */
  rehearse(run: EggRun, decide: Decide): Promise<void>;
}

type Decide = (run: EggRun, specs: readonly string[], options: InstallOptions) => Promise<unknown>;

interface Noted {
  settings: EggSettings;
  specs: readonly string[];
  options: InstallOptions;
}

export function createRehearsal(): Rehearsal {
  const noted: Noted[] = [];
  return {
    note: (run, specs, options) => {
      const isRemembered = run.settings.remembersDecisions === true && options.workingSet === undefined;
      if (isRemembered && run.settings.shared?.eggs === 'use')
        noted.push({ settings: run.settings, specs, options });
    },
    rehearse: async (run, decide) => {
      const directories = run.shared()?.directories() ?? [];
      if (noted.length === 0 || directories.every((path) => run.obtained.in(path).length === 0)) return;
      const stage = createEggRun({ ...run.settings, report: silence });
      for (const { settings, specs, options } of noted) {
        stage.settings = { ...settings, report: silence, http: asksNobody };
        try {
          await decide(stage, specs, options);
        } catch (error) {
          // Then it is decided when it is asked for.
          if (error !== wouldAsk && !(error instanceof BuildError)) throw error;
        }
      }
    },
  };
}

const silence: Report = () => undefined;

/** What depends on an index elsewhere is asked for in every run, and not remembered. */
const wouldAsk = new Error('a rehearsal asks no index');

function asksNobody(): never {
  throw wouldAsk;
}
