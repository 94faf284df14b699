// What recipes and extensions can do with `buildout`, `options` and zc.buildout's installer, and what the core sees.

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createHostBuildout, type HostBuildout } from '../../../test/support/host-buildout.ts';

const running: HostBuildout[] = [];

afterEach(async () => {
  for (const { host, directory } of running.splice(0)) {
    await host.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

type SectionTexts = Record<string, Record<string, string>>;

/** A buildout whose part `part` runs `body` as its recipe's `install`; `say(name=value)` sets options. */
async function installing(
  body: string,
  sections: SectionTexts = {},
  project = 'demo',
): Promise<HostBuildout> {
  const made = await createHostBuildout({
    source: `
import copy, logging, os, pickle, sys, threading, time
import zc.buildout, zc.buildout.buildout, zc.buildout.easy_install as easy_install
class Recipe:
    def __init__(self, buildout, name, options):
        self.buildout, self.name, self.options = buildout, name, options
    def say(self, **options): self.options.update({key: str(value) for key, value in options.items()})
    def install(self):
        buildout, options, say = self.buildout, self.options, self.say
${body.replaceAll(/^/gm, '        ')}
class Empty(Recipe):
    def install(self): pass
def extension(buildout):
${body.replaceAll(/^/gm, '    ')}
`,
    entryPoints:
      '[zc.buildout]\ndefault = demo:Recipe\nempty = demo:Empty\n[zc.buildout.extension]\nx = demo:extension\n',
    sections: { part: { recipe: project }, ...sections },
    project,
    native: {
      'native:tool': async (section) => {
        section.set('made', 'by the core');
        return { install: () => Promise.resolve([]) };
      },
    },
  });
  running.push(made);
  return made;
}

async function saidBy(made: HostBuildout): Promise<Record<string, string>> {
  await (await made.recipe('part')).install();
  return (await made.buildout.sections.open('part')).copy();
}

test('an extension edits sections, parts and pins, and the core sees it', async () => {
  const made = await installing(
    `
raw = buildout._raw
raw['fresh'] = {'recipe': 'demo:empty', 'a': 'b'}
raw['old']['more'] = '1'
raw['old'].update(two='2')
del raw['gone']
buildout['buildout']['parts'] = 'fresh ' + buildout['buildout']['parts']
buildout['versions']['dep'] = '1.5'
easy_install.default_versions(dict(buildout['versions']))
easy_install.Installer._prefer_final = False
`,
    { buildout: { parts: 'part' }, old: { x: 'y' }, gone: {}, versions: { other: '1.0' } },
  );
  const { sections, eggs } = made.buildout;
  expect(await made.host.runExtensions('zc.buildout.extension', made.working)).toEqual(['x']);
  expect(sections.raw('fresh')?.get('a')).toBe('b');
  expect([...(sections.raw('old') ?? [])]).toEqual([
    ['x', 'y'],
    ['more', '1'],
    ['two', '2'],
  ]);
  expect(sections.has('gone')).toBe(false);
  expect(await (await sections.open('buildout')).get('parts')).toBe('fresh part');
  expect(Object.fromEntries(eggs.settings().pins)).toEqual({ other: '1.0', dep: '1.5' });
  expect(eggs.settings().preferFinal).toBe(false);
});

test('an extension whose work would be bypassed is named in an error', async () => {
  const known = await installing('pass', {}, 'buildout.wheel');
  await expect(known.host.runExtensions('zc.buildout.extension', known.working)).rejects.toThrow(
    'The extension buildout.wheel cannot be used here',
  );
  const other = await installing('easy_install.Installer._get_dist = None');
  await expect(other.host.runExtensions('zc.buildout.extension', other.working)).rejects.toThrow(
    'The extension demo replaces Installer._get_dist of zc.buildout',
  );
});

test('easy_install asks the core, with what the recipe changed about its process', async () => {
  const made = await installing(`
os.environ['CFLAGS'] = '-O0'
ws = easy_install.install(['demo', 'zc.buildout'], buildout['buildout']['eggs-directory'],
                          links=['http://x/'], path=['develop-eggs'], newest=False, versions={'A.b': '1'})
say(names=sorted(dist.project_name for dist in ws)[:2], first=list(ws)[0].location)
say(picked=easy_install.get_picked_versions())
say(working=len(list(easy_install.working_set(['demo'], [options['recipe']]))))
say(built=easy_install.build('demo', 'eggs', {'define': 'X'}), linked=easy_install.develop('src', 'develop-eggs'))
`);
  const said = await saidBy(made);
  expect(said['names']).toBe("['demo', 'packaging']");
  expect(said['first']).toBe(join(made.directory, 'eggs/demo-1.0-py3-none-any.egg'));
  expect(said['picked']).toBe("([('demo', '1.0')], {'demo': {'app==1'}})");
  expect(said['built']).toBe("['/built']");
  expect(said['linked']).toBe('/linked');
  const asked = made.installs.find(({ specs }) => specs.length === 2);
  expect(asked?.environment['CFLAGS']).toBe('-O0');
  expect(asked?.options).toMatchObject({
    destination: join(made.directory, 'eggs'),
    links: ['http://x/'],
    path: [join(made.directory, 'develop-eggs')],
    newest: false,
    pins: new Map([['a-b', '1']]),
  });
  expect(made.installs.at(-1)?.options?.destination).toBeNull();
  expect(made.buildout.eggs.settings().environment).toEqual({});
});

test('zc.recipe.egg can be used as a base of a recipe', async () => {
  const said = await saidBy(
    await installing(`
import zc.recipe.egg
egg = zc.recipe.egg.Egg(buildout, options['recipe'], options)
requirements, ws = egg.working_set(['zc.buildout'])
say(requirements=requirements, found=[dist.project_name for dist in ws if dist.project_name == 'demo'])
`),
  );
  expect(said).toMatchObject({
    requirements: "['demo']",
    found: "['demo']",
    _b: expect.stringContaining('bin'),
  });
});

test('buildout and options behave as zc.buildout’s own', async () => {
  const said = await saidBy(
    await installing(
      `
buildout['made'] = {'recipe': 'demo:empty', 'number': 3}
buildout.parse('''
    [parsed]
    recipe = demo:empty
    there = \${made:number}
    ''')
say(parts=buildout._parts, there=buildout['parsed']['there'], number=buildout['made']['number'])
say(real=isinstance(buildout, zc.buildout.buildout.Buildout), also=isinstance(options, zc.buildout.buildout.Options))
say(pickled=pickle.loads(pickle.dumps(buildout['made'])), copied=copy.deepcopy(options) is options)
say(substituted=options._sub('<\${made:number}>', None), offline=buildout.offline, newest=buildout.newest)
say(other=type(buildout['made'].recipe).__name__, mine=options.recipe is self)
say(kept='a\\udc80b', odd='naïve ☃')
del options['drop']
try: del options['drop']
except KeyError as error: say(dropped=error)
try: options['x'] = 1
except TypeError as error: say(typed=error)
try: buildout.install([])
except zc.buildout.UserError as error: say(refused=error)
try: exit(5)
except SystemExit as error: say(code=error.code)
`,
      { part: { recipe: 'demo', drop: 'x' } },
    ),
  );
  expect(said).toMatchObject({
    parts: "['part', 'made', 'parsed']",
    there: '3',
    number: '3',
    real: 'True',
    also: 'True',
    pickled: "{'recipe': 'demo:empty', 'number': '3'}",
    copied: 'True',
    substituted: '<3>',
    offline: 'False',
    newest: 'True',
    other: 'Empty',
    mine: 'True',
    kept: 'a\udc80b',
    odd: 'naïve ☃',
    dropped: "'drop'",
    typed: "('Option values must be strings', 1)",
    refused: 'A recipe or extension cannot call buildout.install().',
    code: '5',
  });
  expect(said).not.toHaveProperty('drop');
});

test('options of another part that the core runs can be read and set', async () => {
  const made = await installing("say(made=buildout['tool']['made'])\nbuildout['tool']['added'] = 'x'", {
    tool: { recipe: 'native:tool' },
  });
  expect(await saidBy(made)).toMatchObject({ made: 'by the core' });
  expect(await (await made.buildout.sections.open('tool')).get('added')).toBe('x');
});

test('threads of a recipe may read options while the recipe waits for a section', async () => {
  const said = await saidBy(
    await installing(
      `
if self.name == 'part':
    seen = []
    workers = [threading.Thread(target=lambda: seen.append(buildout['data']['x'])) for _ in range(8)]
    [worker.start() for worker in workers]
    buildout['data2']['x']
    [worker.join() for worker in workers]
    say(seen=''.join(seen))
`,
      { data: { x: '1' }, data2: { x: '2' } },
    ),
  );
  expect(said['seen']).toBe('11111111');
});

test('a signature is what zc.buildout would record', async () => {
  const made = await installing('pass');
  await made.recipe('part');
  expect(await made.host.workingSetSignature('demo')).toEqual(['demo-1.0-py3-none-any.egg']);
});

test('cancelling interrupts a recipe that waits', async () => {
  const made = await installing("open('started', 'w').close()\ntime.sleep(60)");
  const installed = made.recipe('part').then((recipe) => recipe.install());
  const outcome = expect(installed).rejects.toHaveProperty('code', 'INTERRUPTED');
  await sleep(400);
  made.host.cancel();
  await outcome;
});

test('debugging an error opens the debugger where a recipe raised it', () => {
  const output = runScript(
    `
    const { host, recipe, directory } = await createHostBuildout({
      source: 'class Recipe:\\n    def __init__(self, buildout, name, options): buildout[name]["nothing"]\\n',
      entryPoints: '[zc.buildout]\\ndefault = demo:Recipe\\n',
      sections: { part: { recipe: 'demo', x: '1' } },
    });
    const error = await recipe('part').catch((error) => error);
    writeSync(1, String(await host.debug(error)) + String(await host.debug(new Error())));
    await host.stop();
    rmSync(directory, { recursive: true });`,
    'up\np name\nq\n',
  );
  expect(output).toContain('raise MissingOption(');
  expect(output).toMatch(/demo\.py\(2\)__init__\(\)/);
  expect(output).toMatch(/'part'\n\(Pdb\) truefalse$/);
});

test('what recipes print and log stands between the lines of the core', () => {
  const output = runScript(`
    const source = \`
import logging, os, sys
class Recipe:
    def __init__(self, buildout, name, options):
        self.options, self.name = options, name
        print('init', name)
    def install(self):
        print('printed'); self.options['x']
        logging.getLogger(self.name).info('logged')
        logging.getLogger(self.name).debug('too much')
        logging.getLogger('zc.buildout').warning('by buildout')
        os.system('echo child')
        print('last')
\`;
    const { host, recipe, directory } = await createHostBuildout({
      source, entryPoints: '[zc.buildout]\\ndefault = demo:Recipe\\n', sections: { part: { recipe: 'demo', x: '1' } },
    });
    const made = await recipe('part');
    writeSync(1, 'Installing part.\\n');
    await made.install();
    writeSync(1, 'Done.\\n');
    await host.stop();
    rmSync(directory, { recursive: true });`);
  expect(output.split('\n')).toEqual([
    'init part',
    'Installing part.',
    'printed',
    'part: logged',
    'by buildout',
    'child',
    'last',
    'Done.',
    '',
  ]);
});

/** What a program with a buildout of its own writes to standard output. */
function runScript(body: string, input = ''): string {
  const fixture = join(import.meta.dirname, '../../../test/support/host-buildout.ts');
  const script = `
    import { rmSync, writeSync } from 'node:fs';
    import { createHostBuildout } from ${JSON.stringify(fixture)};
    ${body}`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}
