// `python`: the interpreter that eggs are built for. Finds it (`BUILDOUT_PYTHON`, a virtual environment, `python3` on
// the PATH), describes it, runs code in it, and byte-compiles eggs in long-lived workers. The Python files it runs lie
// in `python/` at the package root.
//
// Hard cases: a pyenv shim costs 150 ms and a description 30, so both are kept on disk, keyed by what they were read
// from, and a run that has nothing to do starts no Python; `.pyc` bytes must not depend on which module was compiled
// before, on the hash seed or on a temporary path.

export { findPython } from './find-python.ts';
export { describePython } from './describe-python.ts';
export type { PythonDescription } from './python-description.ts';
export { runPython, tryRunProgram, type ProgramResult, type RunProgramOptions } from './run-program.ts';
export { createCompiler, type CompiledFile, type Compiler } from './create-compiler.ts';
export { pythonSourceFile } from './python-source-file.ts';
