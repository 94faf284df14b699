// The application that release tests release: a Python recipe from PyPI, a C extension that is built from source and
// has a build requirement, and a part that configures and makes a tarball it downloads.

import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { createTar, memberOf } from '#archive';
import { buildWheel } from './build-distribution.ts';
import { buildLegacySdist } from './build-legacy-sdist.ts';
import type { IndexServer } from './index-server.ts';
import { indexForTest, workspaceForTest, type TestWorkspace } from './for-test.ts';

export interface ReleaseProject extends TestWorkspace {
  /** The project's directory, the source of the release. */
  project: string;
  /** Distributions in `release-distributions/dist` that the project itself asks for or needs to be built. */
  expected: readonly string[];
  /** Has the tarball. */
  server: IndexServer;
}

/** A workspace with the application in `project`; its index and downloads are on a server that lives as long as the test. */
export async function writeReleaseProject(): Promise<ReleaseProject> {
  const workspace = workspaceForTest();
  await buildExtension(workspace.links);
  buildWheel(workspace.links, {
    name: 'compiling',
    version: '1.2',
    files: { 'compiling.py': compiling },
  });
  buildWheel(workspace.links, {
    name: 'app',
    version: '1.0',
    requires: ['cext'],
    entryPoints: '[console_scripts]\napp = app:main\n',
    files: { 'app.py': 'import cext\ndef main():\n    print("the answer is", cext.answer())\n' },
  });
  const server = await indexForTest({ directory: workspace.links });
  const tool = await createTool();
  server.addPage('/tool-1.0.tar.gz', tool, 'application/gzip');
  workspace.write({
    'project/buildout.cfg': [
      '[buildout]',
      'extends = versions.cfg',
      'parts = app log tool',
      `find-links = ${workspace.links}`,
      '[app]',
      'recipe = zc.recipe.egg',
      'eggs = app',
      'interpreter = py',
      '[log]',
      'recipe = z3c.recipe.mkdir',
      'paths = ${buildout:parts-directory}/log',
      '[tool]',
      'recipe = zc.recipe.cmmi',
      `url = ${server.url}/tool-1.0.tar.gz`,
      `md5sum = ${createHash('md5').update(tool).digest('hex')}`,
      'extra_options = --greeting=${greeting:text}',
      '[greeting]',
      'text = hello',
      '',
    ].join('\n'),
    'project/versions.cfg': [
      '[versions]',
      'app = 1.0',
      'cext = 1.0',
      'compiling = 1.2',
      'packaging = 25.0',
      'pip = 25.3',
      'setuptools = 80.9.0',
      'wheel = 0.45.1',
      'z3c.recipe.mkdir = 2.0',
      'zc.buildout = 6.0.1',
      'zc.recipe.cmmi = 5.1',
      '',
    ].join('\n'),
    'project/docs/read me.txt': 'a file of the project\n',
    'project/.git/config': '',
    'project/bin/old': '',
    'project/var/Data.fs': '',
    'project/module.pyc': '',
  });
  return {
    ...workspace,
    project: join(workspace.directory, 'project'),
    server,
    expected: ['app-1.0-py3-none-any.whl', 'cext-1.0.tar.gz', 'compiling-1.2-py3-none-any.whl'],
  };
}

/** A build requirement: without it nothing compiles. */
const compiling = `
import os, subprocess, sysconfig

def compile_module(source, target):
    include = sysconfig.get_path('include')
    subprocess.check_call(['cc', '-shared', '-fPIC', '-I' + include, source, '-o', target])
`;

const backEnd = `
import os, sysconfig, tempfile, zipfile
import compiling

def build_wheel(directory, config_settings=None, metadata_directory=None):
    here = os.path.dirname(os.path.abspath(__file__))
    module = 'cext' + sysconfig.get_config_var('EXT_SUFFIX')
    platform = sysconfig.get_platform().replace('-', '_').replace('.', '_')
    tag = 'cp' + sysconfig.get_config_var('py_version_nodot')
    name = 'cext-1.0-%s-%s-%s.whl' % (tag, tag, platform)
    with tempfile.TemporaryDirectory() as folder:
        compiling.compile_module(os.path.join(here, 'cext.c'), os.path.join(folder, module))
        with zipfile.ZipFile(os.path.join(directory, name), 'w') as wheel:
            wheel.write(os.path.join(folder, module), module)
            wheel.writestr('cext-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: cext\\nVersion: 1.0\\n')
            wheel.writestr('cext-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: false\\nTag: %s-%s-%s\\n' % (tag, tag, platform))
            wheel.writestr('cext-1.0.dist-info/RECORD', '')
    return name
`;

async function buildExtension(directory: string): Promise<void> {
  await buildLegacySdist(directory, {
    name: 'cext',
    version: '1.0',
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = ["compiling>=1"]\nbuild-backend = "back_end"\nbackend-path = ["."]\n',
      'back_end.py': backEnd,
      'cext.c': `
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0, 0, 0, 0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "cext", "", -1, methods};
PyMODINIT_FUNC PyInit_cext(void) { return PyModule_Create(&module); }
`,
    },
  });
}

/** `tool-1.0.tar.gz`: a `configure` that takes `--prefix` and `--greeting`. */
async function createTool(): Promise<Buffer> {
  const configure = `#!/bin/sh
for word; do
  case $word in --prefix=*) prefix=\${word#*=} ;; --greeting=*) greeting=\${word#*=} ;; esac
done
printf 'all:\\n\\techo "#!/bin/sh" > tool && echo "echo %s" >> tool\\ninstall:\\n\\tmkdir -p %s/bin && install -m 755 tool %s/bin/tool\\n' "$greeting" "$prefix" "$prefix" > Makefile
`;
  return createTar([memberOf('tool-1.0/configure', configure, 0o755)], 'gzip');
}
