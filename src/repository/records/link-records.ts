// The table of development links that came by the API.

import { text, type Database } from './open-database.ts';

export interface StoredLink {
  /** In the normal form of PEP 503. */
  readonly name: string;
  readonly displayName: string;
  readonly url: string;
  readonly creator: string;
}

export interface LinkRecords {
  list(): readonly StoredLink[];
  save(link: StoredLink, now: number): void;
  /** Whether there was one. */
  remove(name: string): boolean;
}

export function createLinkRecords(database: Database): LinkRecords {
  return {
    list: () =>
      database.all('SELECT * FROM links ORDER BY name').map((row) => ({
        name: text(row, 'name'),
        displayName: text(row, 'display_name'),
        url: text(row, 'url'),
        creator: text(row, 'creator'),
      })),
    save: ({ name, displayName, url, creator }, now) => {
      database.run(
        'INSERT OR REPLACE INTO links (name, display_name, url, created, creator) VALUES (?, ?, ?, ?, ?)',
        name,
        displayName,
        url,
        now,
        creator,
      );
    },
    remove: (name) => database.run('DELETE FROM links WHERE name = ?', name) > 0,
  };
}
