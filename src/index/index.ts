// `index`: which files exist for a project. It reads simple indexes (PEP 503 HTML, PEP 691 JSON), find-links,
// dependency links and local directories as zc.buildout's PackageIndex does, and fetches files and wheel metadata.
// It filters nothing by Python: tags, Requires-Python and yanked files are for #eggs and #resolver to judge.
// Hard cases: names that differ from page to page, sdists with dashes in both name and version, links out of
// allow-hosts (kept as `skipped`, so an error can say so), hostile pages, hashes that do not match (the run stops).

export { createIndex } from './create-index.ts';
export { Precedence } from './index-contract.ts';
export { hashesOfHref, type Link } from './link.ts';
export { parsePage } from './read-page.ts';
export type {
  CachedPage,
  Candidate,
  CandidateFilter,
  CandidateKind,
  CandidateOrigin,
  Index,
  IndexSettings,
  PageCache,
  SkippedFile,
} from './index-contract.ts';
