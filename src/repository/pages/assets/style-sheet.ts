// How all pages look: one column on a phone, two on a desk, colours by what the reader's system prefers. Colours are
// chosen for a contrast of 4.5 or more on each ground they stand on (test/servers checks it by axe).

const colours = `
:root {
  color-scheme: light dark;
  --ground: #faf8f3; --surface: #ffffff; --sunken: #f3efe6; --text: #1c2522; --muted: #55625d; --line: #e3dccd;
  --accent: #0c655c; --accent-strong: #084a43; --on-accent: #ffffff; --glow: #dcefe9;
  --good-ground: #def3e5; --good: #0f5730; --wait-ground: #fdeecd; --wait: #714600;
  --bad-ground: #fde3df; --bad: #8f2118; --calm-ground: #e7eeeb; --calm: #34504a;
  --shadow: 0 1px 2px rgb(60 50 20 / 8%), 0 4px 16px rgb(60 50 20 / 5%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101614; --surface: #18211e; --sunken: #0c1110; --text: #e5ece9; --muted: #a3b3ac; --line: #2c3934;
    --accent: #67d6c4; --accent-strong: #8fe7d8; --on-accent: #05231f; --glow: #16332d;
    --good-ground: #11351f; --good: #93e2b1; --wait-ground: #3b2b0b; --wait: #f6cb75;
    --bad-ground: #45211d; --bad: #ffb8ad; --calm-ground: #22302b; --calm: #bacdc5;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%);
  }
}`;

const ground = `
*, *::before, *::after { box-sizing: border-box; }
html { font: 100%/1.55 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--text); overflow-wrap: anywhere; }
main { flex: 1; width: 100%; max-width: 74rem; margin: 0 auto; padding: 1.75rem 1.25rem 3rem; outline: none; }
h1, h2, h3, h4, h5, h6 { line-height: 1.2; margin: 0; text-wrap: balance; }
h1 { font-size: clamp(1.6rem, 1.2rem + 1.8vw, 2.3rem); letter-spacing: -0.02em; }
h2 { font-size: 1.15rem; letter-spacing: -0.005em; }
h3 { font-size: 1rem; }
p { margin: 0.5rem 0; }
a { color: var(--accent); text-underline-offset: 0.18em; text-decoration-thickness: 0.06em; }
a:hover { color: var(--accent-strong); text-decoration-thickness: 0.12em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
code, pre, kbd, samp { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: 0.9em; }
ul, ol { margin: 0; padding: 0; list-style: none; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 0.75rem; top: -4rem; z-index: 2; padding: 0.6rem 1rem; background: var(--accent); color: var(--on-accent); border-radius: 0 0 8px 8px; }
.skip:focus { top: 0; color: var(--on-accent); }
.lead { color: var(--muted); max-width: 46rem; }
.hint { color: var(--muted); font-size: 0.92rem; }
.empty { padding: 1.5rem; border: 1px dashed var(--line); border-radius: 12px; color: var(--muted); }
.narrow { max-width: 34rem; margin: 2rem auto; }
.version { color: var(--muted); font-weight: 500; font-variant-numeric: tabular-nums; }
.status { color: var(--muted); font-variant-numeric: tabular-nums; margin-right: 0.35rem; }
.clock { white-space: nowrap; }
time { font-variant-numeric: tabular-nums; }
q { quotes: "“" "”"; }`;

const frame = `
.top { background: var(--surface); border-bottom: 1px solid var(--line); }
.bar { max-width: 74rem; margin: 0 auto; padding: 0.6rem 1.25rem; display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.25rem; }
.brand { display: inline-flex; align-items: center; gap: 0.55rem; font-weight: 700; font-size: 1.15rem; letter-spacing: -0.02em; color: var(--text); text-decoration: none; }
.brand:hover { color: var(--accent); }
.mark { display: block; }
.bar nav { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem; margin-left: auto; }
.bar nav > a { padding: 0.45rem 0.7rem; border-radius: 8px; color: var(--text); text-decoration: none; }
.bar nav > a:hover { background: var(--sunken); color: var(--accent); }
.bar nav > a[aria-current] { background: var(--glow); color: var(--accent); font-weight: 600; }
.count { display: inline-block; min-width: 1.4em; padding: 0 0.4em; border-radius: 1em; background: var(--wait-ground); color: var(--wait); font-size: 0.8rem; font-weight: 600; text-align: center; }
.who { display: inline-flex; align-items: center; gap: 0.4rem; padding-left: 0.5rem; }
.who .name { max-width: 12rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--muted); font-size: 0.92rem; }
.bottom { border-top: 1px solid var(--line); color: var(--muted); font-size: 0.92rem; }
.bottom ul { max-width: 74rem; margin: 0 auto; padding: 1rem 1.25rem; display: flex; flex-wrap: wrap; gap: 0.4rem 1.25rem; }
.bottom a { color: var(--muted); display: inline-block; padding: 0.2rem 0; }`;

const forms = `
input, button { font: inherit; }
input:not([type="hidden"]) { width: 100%; min-height: 2.6rem; padding: 0.4rem 0.8rem; color: var(--text); background: var(--surface); border: 1px solid var(--muted); border-radius: 10px; }
input::placeholder { color: var(--muted); opacity: 1; }
button, .button { display: inline-flex; align-items: center; justify-content: center; min-height: 2.6rem; padding: 0.4rem 1rem; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 1px solid transparent; border-radius: 10px; cursor: pointer; white-space: nowrap; overflow-wrap: normal; flex: none; }
button:hover, .button:hover { background: var(--accent-strong); }
button.quiet { color: var(--text); background: transparent; border-color: var(--line); font-weight: 500; }
button.quiet:hover { background: var(--sunken); }
.search { display: flex; gap: 0.5rem; flex: 1 1 16rem; max-width: 32rem; }
.search.large { max-width: 40rem; margin: 1.1rem auto; }
.search.large input { min-height: 3.2rem; font-size: 1.1rem; box-shadow: var(--shadow); }
.search.large button { min-height: 3.2rem; padding-inline: 1.4rem; }
.narrow .search { margin: 1.2rem 0; }
.login { display: grid; gap: 0.4rem; margin: 1.2rem 0; padding: 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.login label { font-weight: 600; }
.login button { justify-self: start; margin-top: 0.4rem; }`;

const pieces = `
.badge { display: inline-block; padding: 0.1em 0.6em; border-radius: 1em; font-size: 0.78rem; font-weight: 600; white-space: nowrap; vertical-align: 0.12em; }
.badge.good, .notice.good { background: var(--good-ground); color: var(--good); }
.badge.wait, .notice.wait { background: var(--wait-ground); color: var(--wait); }
.badge.bad, .notice.bad { background: var(--bad-ground); color: var(--bad); }
.badge.calm, .notice.calm { background: var(--calm-ground); color: var(--calm); }
.notice { margin: 1rem 0; padding: 0.65rem 1rem; border-radius: 12px; }
.notice p { margin: 0.25rem 0; }
.notice a, .notice .hint { color: inherit; }
.facts { display: flex; flex-wrap: wrap; gap: 0.1rem 0.45rem; color: var(--muted); font-size: 0.92rem; }
.facts > li:not(:last-child)::after { content: "·"; margin-left: 0.45rem; }
.facts a { color: inherit; }
.hero { text-align: center; padding: clamp(1rem, 4vw, 3rem) 0 1.5rem; }
.hero .facts { justify-content: center; }
.cards { display: grid; gap: 0.7rem; margin: 1rem 0; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); }
.card { padding: 0.85rem 1.05rem; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.card h2, .card h3 { font-size: 1.05rem; }
.card h2 a, .card h3 a { text-decoration: none; }
.card h2 a:hover, .card h3 a:hover { text-decoration: underline; }
.card p { margin: 0.3rem 0; }
.card > p { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.pager { display: flex; gap: 1rem; align-items: center; justify-content: center; margin: 1.5rem 0; }
.pager a { padding: 0.5rem 0.9rem; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); text-decoration: none; }
.commands { display: grid; gap: 0.7rem; margin-top: 0.7rem; }
.command { margin: 0; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.command figcaption { padding: 0.3rem 0.9rem; background: var(--sunken); color: var(--muted); font-size: 0.82rem; font-weight: 600; }
.command pre { margin: 0; padding: 0.65rem 0.9rem; white-space: pre-wrap; }
.command code { user-select: all; }
.promote { margin: 0.5rem 0 0.2rem; }
.promote summary { list-style: none; }
.promote summary::-webkit-details-marker { display: none; }
.promote form { margin-top: 0.6rem; padding: 0.8rem 1rem; border-radius: 12px; background: var(--surface); color: var(--text); border: 1px solid var(--line); }`;

const project = `
.title { margin-bottom: 1rem; }
.title .badges { display: flex; gap: 0.4rem; margin: 0.4rem 0 0; }
.title .badges:empty { display: none; }
.title .summary { font-size: 1.12rem; max-width: 52rem; }
.columns { display: grid; gap: 2rem; margin-top: 1.25rem; }
.columns > * { min-width: 0; }
.reading > section + section { margin-top: 2rem; }
.about > section { padding: 0.9rem 0; border-top: 1px solid var(--line); }
.about h2 { margin-bottom: 0.5rem; }
.about h3 { margin: 0.7rem 0 0.2rem; font-size: 0.92rem; color: var(--muted); font-weight: 600; }
.versions li { display: flex; flex-wrap: wrap; gap: 0.1rem 0.6rem; align-items: baseline; padding: 0.15rem 0; }
.versions time { margin-left: auto; color: var(--muted); font-size: 0.88rem; }
.versions [aria-current] { font-weight: 700; color: var(--text); text-decoration: none; }
.requires li, .links li { padding: 0.12rem 0; }
.rest, .target { color: var(--muted); font-size: 0.88rem; }
.about-list { margin: 0; }
.about-list dt { font-size: 0.85rem; color: var(--muted); margin-top: 0.6rem; }
.about-list dd { margin: 0; }
.files { display: grid; gap: 0.7rem; margin-top: 0.7rem; }
.files > li { padding: 0.75rem 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.file { margin: 0; font-weight: 600; }
.hash { margin: 0.25rem 0 0; font-size: 0.8rem; color: var(--muted); }
.hash abbr { text-decoration: none; }
.hash code { user-select: all; }
@media (min-width: 44rem) {
  .commands { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .commands > :first-child { grid-row: span 2; }
}
@media (min-width: 60rem) {
  .columns { grid-template-columns: minmax(0, 1fr) 18.5rem; gap: 3rem; }
  .about > section:first-child { border-top: 0; padding-top: 0; }
}
@media (max-width: 36rem) {
  .bar { padding: 0.5rem 1rem; }
  .bar nav { gap: 0; margin-right: -0.45rem; }
  .bar nav > a { padding-inline: 0.45rem; }
  .bar .search { order: 3; flex-basis: 100%; max-width: none; }
  main { padding: 1.25rem 1rem 2.5rem; }
}`;

const readme = `
.readme { overflow-x: auto; margin-top: 0.8rem; padding: 1.1rem 1.3rem; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.readme > :first-child { margin-top: 0; }
.readme > :last-child { margin-bottom: 0; }
.readme :is(h3, h4, h5, h6) { margin: 1.6rem 0 0.6rem; scroll-margin-top: 1rem; }
.readme h3 { font-size: 1.45rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--line); }
.readme h4 { font-size: 1.2rem; }
.readme h5 { font-size: 1.05rem; }
.readme h6 { font-size: 0.95rem; color: var(--muted); }
.readme :is(p, ul, ol, dl, table, blockquote, pre, details) { margin: 0.7rem 0; }
.readme :is(ul, ol) { padding-left: 1.6rem; }
.readme ul { list-style: disc; }
.readme ol { list-style: decimal; }
.readme li { margin: 0.2rem 0; }
.readme dd { margin-left: 1.5rem; }
.readme blockquote { margin-inline: 0; padding: 0.1rem 1rem; border-left: 4px solid var(--line); color: var(--muted); }
.readme pre { padding: 0.8rem 1rem; background: var(--sunken); border-radius: 10px; white-space: pre-wrap; font-size: 0.88rem; line-height: 1.5; }
.readme code { background: var(--sunken); border-radius: 5px; padding: 0.12em 0.35em; }
.readme pre code { background: none; padding: 0; font-size: 1em; }
.readme pre.text { background: none; padding: 0; margin: 0; }
.readme table { border-collapse: collapse; display: block; max-width: 100%; overflow-x: auto; }
.readme :is(th, td) { border: 1px solid var(--line); padding: 0.35rem 0.7rem; text-align: left; vertical-align: top; }
.readme th { background: var(--sunken); }
.readme [align="center"] { text-align: center; }
.readme [align="right"] { text-align: right; }
.readme hr { border: 0; border-top: 1px solid var(--line); margin: 1.5rem 0; }
.readme kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 5px; padding: 0.05em 0.35em; background: var(--surface); }
.readme .image { display: inline-block; padding: 0.05em 0.5em; border: 1px solid var(--line); border-radius: 6px; background: var(--sunken); font-size: 0.85rem; }
.readme summary { cursor: pointer; }`;

/** All of it, without what only people who write it need. */
export const styleSheet: string = [colours, ground, frame, forms, pieces, project, readme]
  .join('\n')
  .replaceAll(/\n\s*/g, '\n')
  .trim();
