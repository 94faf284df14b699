// Console lines of work that is done ahead of its turn: they are held back and said when the turn comes, so that the
// console reads as if one thing had happened after the other. Progress events pass at once.

import { AsyncLocalStorage } from 'node:async_hooks';

import type { Event, Report } from '#base';

/** The lines of one piece of work. */
export interface HeldLines {
  /** Runs the work; lines that it causes, also later and in other rooms, are held. */
  collect<T>(work: () => T): T;
  /** Says what is held, and from now on everything at once. */
  release(): void;
}

interface Holder {
  events: Event[];
  /** `undefined` while lines are held. */
  report: Report | undefined;
}

const holders = new AsyncLocalStorage<Holder>();

/** A report for rooms that work ahead: it holds the lines of whatever work it is called in. */
export function holdingReport(report: Report): Report {
  return (event) => {
    const holder = holders.getStore();
    if (holder === undefined || (event.type !== 'log' && event.type !== 'print')) report(event);
    else if (holder.report === undefined) holder.events.push(event);
    else holder.report(event);
  };
}

export function holdLines(report: Report): HeldLines {
  const holder: Holder = { events: [], report: undefined };
  return {
    collect: (work) => holders.run(holder, work),
    release: () => {
      holder.report = report;
      const { events } = holder;
      holder.events = [];
      for (const event of events) report(event);
    },
  };
}

/** Runs work whose lines nobody is to see: what a build requires is not part of zc.buildout's console. */
export function withoutLines<T>(work: () => T): T {
  return holders.run({ events: [], report: () => undefined }, work);
}

/** Progress stays visible; console lines do not. */
export function progressOnly(report: Report): Report {
  return (event) => {
    if (event.type !== 'log' && event.type !== 'print') report(event);
  };
}
