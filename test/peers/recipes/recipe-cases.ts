// One small configuration per recipe or extension. None writes outside its buildout's directory.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { createTar, memberOf } from '#archive';
import { repository, type Workspace } from '../../support/run-clutch.ts';

export interface RecipeCase {
  /** The project on PyPI, and the version that is measured. */
  readonly project: string;
  readonly version: string;
  /** Lines of `[buildout]`; `BASE` is the directory around the buildout's. */
  readonly buildout?: readonly string[];
  /** The sections of the parts, first to last. */
  readonly parts: Readonly<Record<string, readonly string[]>>;
  /** Sections that are no parts. */
  readonly sections?: Readonly<Record<string, readonly string[]>>;
  /** Files in the buildout's directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** What lies around it: archives, repositories. */
  prepare?(workspace: Workspace): Promise<void> | void;
  /** What both programs end with; default 0 for each of the three runs. */
  readonly codes?: readonly number[];
  /** Why zc.buildout itself fails, or what else a reader of the table should know. */
  readonly remark?: string;
}

export const recipeCases: readonly RecipeCase[] = [
  {
    project: 'plone.recipe.zope2instance',
    version: '9.1.0',
    ...withPlonePins(),
    parts: {
      instance: [
        'recipe = plone.recipe.zope2instance',
        'user = admin:admin',
        'http-address = 127.0.0.1:18080',
        'eggs =',
        'environment-vars =\n    zope_i18n_compile_mo_files true',
        'zcml-additional =\n    <configure xmlns="http://namespaces.zope.org/zope" />',
      ],
    },
  },
  {
    project: 'plone.recipe.zeoserver',
    version: '4.0.1',
    ...withPlonePins(),
    parts: { zeo: ['recipe = plone.recipe.zeoserver', 'zeo-address = 127.0.0.1:18100'] },
  },
  {
    project: 'plone.recipe.command',
    version: '1.1',
    parts: {
      touch: [
        'recipe = plone.recipe.command',
        'command = echo installed ${:_buildout_section_name_} && echo one > ${buildout:directory}/made',
        'update-command = echo updated && echo more >> ${buildout:directory}/made',
        'location = ${buildout:directory}/made',
      ],
      fails: ['recipe = plone.recipe.command', 'command = exit 7'],
      stops: ['recipe = plone.recipe.command', 'command = exit 8', 'stop-on-error = true'],
    },
    codes: [1, 1, 0],
    remark: 'with a command that fails under `stop-on-error`',
  },
  {
    project: 'plone.recipe.varnish',
    version: '6.0.18',
    parts: {
      'varnish-build': [
        'recipe = plone.recipe.varnish:build',
        'url = BASE/sources/hello-1.0.tar.gz',
        'jobs = 2',
      ],
      'varnish-configuration': [
        'recipe = plone.recipe.varnish:configuration',
        'backends = 127.0.0.1:18080',
        'zope2_vhm_map = example.com:/plone',
      ],
      varnish: [
        'recipe = plone.recipe.varnish:script',
        'build-part = varnish-build',
        'configuration-part = varnish-configuration',
        'daemon = ${varnish-build:location}/bin/hello',
        'configuration-file = ${varnish-configuration:location}/varnish.vcl',
        'bind = 127.0.0.1:18081',
        'cache-size = 8M',
      ],
    },
    prepare: writeSources,
    remark: 'a stand-in is compiled for Varnish',
  },
  {
    project: 'collective.recipe.template',
    version: '3.0.0',
    files: { 'in.txt': 'Hello ${part:who} in ${buildout:directory} and $${part:who}\n' },
    parts: {
      part: [
        'recipe = collective.recipe.template',
        'input = in.txt',
        'output = ${buildout:directory}/out/out.txt',
        'who = you',
        'mode = 750',
      ],
      inline: [
        'recipe = collective.recipe.template',
        'input = inline:\n    #!/bin/sh\n    echo ${part:output}',
        'output = ${buildout:bin-directory}/inline',
      ],
    },
  },
  {
    project: 'collective.recipe.omelette',
    version: '3.0.0',
    parts: {
      omelette: [
        'recipe = collective.recipe.omelette',
        'eggs = zope.interface\n    zope.event',
        'packages = ${buildout:directory}/extra/ more',
      ],
    },
    files: { 'extra/thing/__init__.py': '' },
    // Versions that need no setuptools, whose place differs.
    sections: { versions: ['zope.interface = 8.7', 'zope.event = 6.2'] },
  },
  {
    project: 'collective.recipe.cmd',
    version: '1.0.0',
    parts: {
      shell: [
        'recipe = collective.recipe.cmd',
        'on_install = true',
        'on_update = true',
        'cmds =\n    echo run >> ${buildout:directory}/log\n    echo Hello from sh',
        'uninstall_cmds = echo gone >> ${buildout:directory}/log',
      ],
      python: [
        'recipe = collective.recipe.cmd:py',
        'on_install = true',
        "cmds =\n    >>> sorted(buildout['buildout']['parts'].split())\n    >>> open('made', 'w').write('x')",
      ],
    },
  },
  {
    project: 'zc.recipe.testrunner',
    version: '5.0',
    parts: {
      test: [
        'recipe = zc.recipe.testrunner',
        'eggs = zope.event',
        "defaults = ['--auto-color', '-v']",
        'working-directory = ${buildout:directory}/work',
        'environment = settings',
        'initialization = import os',
      ],
    },
    files: { 'work/x': '' },
    sections: { settings: ['COLOUR = blue'], versions: ['zope.event = 6.0'] },
  },
  {
    project: 'zc.recipe.deployment',
    version: '1.3.0',
    parts: {
      place: [
        'recipe = zc.recipe.deployment',
        'prefix = ${buildout:directory}/root',
        `user = ${userName()}`,
        `etc-user = ${userName()}`,
      ],
      settings: [
        'recipe = zc.recipe.deployment:configuration',
        'deployment = place',
        'text = colour = blue',
        'on-change = echo changed >> ${buildout:directory}/changes',
      ],
      cron: [
        'recipe = zc.recipe.deployment:crontab',
        'deployment = place',
        'times = 0 3 * * *',
        'command = true',
      ],
    },
    remark: 'with a `prefix`, so that its crontab is a file of the buildout',
  },
  {
    project: 'zc.zdaemonrecipe',
    version: '1.0.0',
    parts: {
      daemon: [
        'recipe = zc.zdaemonrecipe',
        'program = sleep 10',
        'eggs = zdaemon',
        'zdaemon.conf = transcript off',
      ],
    },
  },
  {
    project: 'zc.recipe.cmmi',
    version: '5.1',
    buildout: ['download-cache = downloads'],
    parts: {
      hello: [
        'recipe = zc.recipe.cmmi',
        'url = BASE/sources/hello-1.0.tar.gz',
        'extra_options = --with-colour=blue',
        'environment = GREETING=hi',
      ],
    },
    files: { 'downloads/.keep': '' },
    prepare: writeSources,
  },
  {
    project: 'z3c.recipe.mkdir',
    version: '2.1',
    parts: {
      directories: ['recipe = z3c.recipe.mkdir', 'paths =\n    var/log\n    var/run/deep', 'mode = 750'],
      default: ['recipe = z3c.recipe.mkdir'],
    },
  },
  {
    project: 'slapos.recipe.cmmi',
    version: '0.23',
    parts: {
      hello: [
        'recipe = slapos.recipe.cmmi',
        'url = BASE/sources/hello-1.0.tar.gz',
        'environment =\n    GREETING=hi',
        'promises = %(location)s/bin/hello',
        'post-install = echo done > %(location)s/done',
      ],
    },
    prepare: writeSources,
  },
  {
    project: 'slapos.recipe.build',
    version: '0.66',
    parts: {
      script: [
        'recipe = slapos.recipe.build',
        "install =\n    import os\n    os.makedirs(location)\n    open(os.path.join(location, 'made'), 'w').write(options['word'])\n    options['set'] = 'yes'",
        "init =\n    options['word'] = 'blue'",
      ],
      unpacked: [
        'recipe = slapos.recipe.build:download-unpacked',
        'url = BASE/sources/hello-1.0.tar.gz',
        'strip-top-level-dir = true',
      ],
      directories: ['recipe = slapos.recipe.build:mkdirectory', 'a = ${buildout:directory}/var/a'],
    },
    prepare: writeSources,
  },
  {
    project: 'djangorecipe',
    version: '2.2.1',
    parts: {
      django: [
        'recipe = djangorecipe',
        'project = shop',
        'settings = production',
        'eggs = zope.event',
        'wsgi = true',
        'test = shop',
      ],
    },
    sections: { versions: ['Django = 5.2', 'zope.event = 6.0'] },
  },
  {
    project: 'mr.developer',
    version: '3.0.0',
    buildout: [
      'extensions = mr.developer',
      'auto-checkout = thing',
      'always-checkout = false',
      'sources = sources',
      'sources-dir = checkouts',
    ],
    parts: { app: ['recipe = zc.recipe.egg', 'eggs = thing', 'interpreter = py'] },
    sections: {
      sources: [
        'thing = git file://BASE/repository branch=main',
        'other = git file://BASE/repository branch=main',
      ],
    },
    prepare: writeRepository,
    remark: 'an extension; a checkout from git, `bin/develop`',
  },
];

/** The pins of a whole Plone, without those of what zc.buildout runs on. */
function withPlonePins(): Pick<RecipeCase, 'buildout' | 'files'> {
  const pins = readFileSync(join(repository, 'bench/plone62/versions.cfg'), 'utf8');
  return {
    buildout: ['extends = pins.cfg'],
    files: { 'pins.cfg': pins.replaceAll(/^(setuptools|packaging|pip|wheel|zc[.-]buildout) .*\n/gm, '') },
  };
}

function userName(): string {
  return execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
}

const configure = `#!/bin/sh
prefix=/nowhere
for word in "$@"; do case $word in --prefix=*) prefix=\${word#--prefix=} ;; esac; done
printf 'all:\\n\\techo "#!/bin/sh" > hello\\n\\techo "echo $GREETING $*" >> hello\\n' > Makefile
printf 'install:\\n\\tmkdir -p %s/bin\\n\\tcp hello %s/bin/hello\\n\\tchmod 755 %s/bin/hello\\n' $prefix $prefix $prefix >> Makefile
echo configured
`;

/** An archive that is configured, made and installed, without a compiler. */
async function writeSources({ base }: Workspace): Promise<void> {
  const members = [
    { ...memberOf('hello-1.0/configure', configure), mode: 0o755 },
    memberOf('hello-1.0/README', 'hello\n'),
  ];
  mkdirSync(join(base, 'sources'));
  writeFileSync(join(base, 'sources', 'hello-1.0.tar.gz'), await createTar(members, 'gzip'));
}

function writeRepository({ base }: Workspace): void {
  const directory = join(base, 'repository');
  mkdirSync(directory);
  writeFileSync(
    join(directory, 'setup.py'),
    "from setuptools import setup\nsetup(name='thing', version='1.0', py_modules=['thing'],\n" +
      "      entry_points={'console_scripts': ['thing = thing:main']})\n",
  );
  writeFileSync(join(directory, 'thing.py'), 'def main():\n    print("thing")\n');
  chmodSync(join(directory, 'thing.py'), 0o644);
  const git = (...words: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...words], {
      cwd: directory,
    });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message=First');
}
