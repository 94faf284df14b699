// What the repository is to reach (page, file, start, memory, installs, uploads), and whether it did in this run.

import type { RepositoryResult, ServerFigures } from './format-result.ts';

interface Goal {
  text: string;
  /** What was measured, and whether that is enough; nothing when it was not measured. */
  measured: readonly { text: string; isMet: boolean }[];
}

/** A table of goals, what was measured, and whether that is enough. */
export function formatGoals(result: RepositoryResult): string {
  const goals = [...sizeGoals.map((goal) => measure(goal, result)), installGoal(result), uploadGoal(result)];
  const rows = goals
    .filter(({ measured }) => measured.length > 0)
    .map(({ text, measured }) => {
      const verdict = measured.every(({ isMet }) => isMet) ? 'met' : '**missed**';
      return `| ${text} | ${measured.map((one) => one.text).join('; ')} | ${verdict} |`;
    });
  return `| goal | measured | |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

interface SizeGoal {
  text: string;
  most: number;
  /** It is no goal with more files. */
  mostFiles?: number;
  read: (figures: ServerFigures) => number;
}

const sizeGoals: readonly SizeGoal[] = [
  { text: 'project page ≤ 0.1 ms of processor', most: 0.1, read: ({ page }) => page.cpu },
  { text: 'small file ≤ 0.2 ms of processor', most: 0.2, read: ({ file }) => file.cpu },
  {
    text: 'start < 1 s',
    most: 1,
    mostFiles: 10_000,
    read: ({ startMilliseconds }) => startMilliseconds / 1000,
  },
  { text: 'memory ≤ 150 MB', most: 150, mostFiles: 10_000, read: ({ memory }) => memory },
];

function measure(goal: SizeGoal, { sizes }: RepositoryResult): Goal {
  const { text, most, mostFiles = Number.POSITIVE_INFINITY, read } = goal;
  const measured = sizes.flatMap(({ files, servers }) => {
    const figures = servers['clutch'];
    if (figures === undefined || files > mostFiles) return [];
    const value = read(figures);
    const shown = value >= 10 ? value.toFixed(0) : value.toPrecision(2);
    return [{ text: `${shown} with ${files.toLocaleString('en')} files`, isMet: value <= most }];
  });
  return { text, measured };
}

function installGoal({ sizes }: RepositoryResult): Goal {
  const measured = sizes.flatMap(({ install }) => {
    const ours = install?.seconds['clutch'];
    const ceiling = install?.seconds['nginx autoindex'];
    if (ours === undefined || ceiling === undefined) return [];
    return [{ text: (ours / ceiling).toFixed(2), isMet: ours <= 1.1 * ceiling }];
  });
  return { text: 'uv installs within 1.1 of the time from nginx', measured };
}

function uploadGoal({ uploads }: RepositoryResult): Goal {
  const share = uploads.perSecond / uploads.fsyncsPerSecond;
  return {
    text: 'uploads ≥ 0.3 of the disk’s raw fsyncs',
    measured: [{ text: share.toFixed(2), isMet: share >= 0.3 }],
  };
}
