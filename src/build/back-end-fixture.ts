// A project for this room's tests whose build back end lies in the project itself (PEP 517, `backend-path`), so that
// building it needs nothing from an index.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const backEnd = `
import base64, hashlib, os, zipfile

NAME, VERSION = "in-tree", "1.0"
INFO = "in_tree-1.0.dist-info"

def get_requires_for_build_wheel(settings=None):
    return ["asked-for>=2"]

def get_requires_for_build_editable(settings=None):
    return []

def build_wheel(directory, settings=None, metadata_directory=None):
    if os.path.exists("fail"):
        print("this is what the back end says")
        raise RuntimeError("cannot")
    report = "\\n".join("%s=%s" % pair for pair in sorted(os.environ.items()))
    return write(directory, {"in_tree.py": "one = 1\\n", "environment.txt": report, "settings.txt": repr(settings)})

def build_editable(directory, settings=None, metadata_directory=None):
    config = open("setup.cfg").read() if os.path.exists("setup.cfg") else ""
    return write(directory, {
        "__editable__.in_tree-1.0.pth": os.path.join(os.getcwd(), "src"), "other.py": "", INFO + "/seen.cfg": config,
        INFO + "/namespace_packages.txt": "in\\n",
    })

def write(directory, files):
    name = "in_tree-1.0-py3-none-any.whl"
    files = dict(files)
    files[INFO + "/METADATA"] = "Metadata-Version: 2.1\\nName: In.Tree\\nVersion: 1.0\\n"
    files[INFO + "/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files[INFO + "/RECORD"] = ""
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return name
`;

/** Writes the project into `root`; with the file `fail`, its wheel cannot be built. */
export function writeInTreeProject(root: string): string {
  mkdirSync(join(root, 'tools'), { recursive: true });
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'tools/in_tree_back_end.py'), backEnd);
  writeFileSync(
    join(root, 'pyproject.toml'),
    '[build-system]\nrequires = ["declared"]\nbuild-backend = "in_tree_back_end"\nbackend-path = ["tools"]\n',
  );
  return root;
}
