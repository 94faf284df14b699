// What `--help` prints: of the program, and of each command.

export const usage = `\
Usage: buildout [options] [assignments] [command [command arguments]]

Reads buildout.cfg in the current directory and installs what it declares.

Options:
  -c FILE       read this configuration file or URL instead of buildout.cfg
  -v            say more; may be repeated (-vv prints the whole configuration)
  -q            say less; may be repeated
  -U            do not read the user's defaults (~/.buildout/default.cfg)
  -o, -O        offline: open no connection at all; -O switches it off again
  -n, -N        newest: look for newer versions (the default); -N uses what is here
  -t SECONDS    give up on a connection after so many seconds
  -D            print a traceback, and start Python's debugger in a failing recipe
  -h, --help    print this text; after a command: the command's own
  --version     print the version

Assignments override the configuration: section:option=value, option=value (of [buildout]),
section:option+=value. Options and assignments may be mixed.

Commands:
  install [PART...]         install parts; all of [buildout] parts when none is named (the default)
  bootstrap                 create the directories and bin/buildout
  init [REQUIREMENT...]     write a small buildout.cfg, then bootstrap and install
  annotate [SECTION...]     show every option with the file it comes from (-v: its history)
  query SECTION:OPTION      show one value
  plan [PART...]            show what install would do, and do nothing
  edit NAME                 make one egg of this buildout private and writable
  cache COMMAND             look into the egg cache and keep it in order (see cache --help)
  prune --shared DIR...     take away what no buildout uses from a shared directory (also: --egg-cache)
  release COMMAND           check and build releases of this buildout (see release --help)
  why NAME                  who requires a distribution, and where that is written
  serve --data DIR          serve a repository of eggs, wheels and sdists
  publish FILE...           send files to a repository (staging)
  promote NAME VERSION      release what was tested
  yank NAME VERSION         nobody should take this version any more
  delete NAME VERSION       take a version out of the repository
  reserve NAME...           keep names for the repository
  token COMMAND             who may do what with the repository
  setup SCRIPT [ARGUMENT...]  run a setup script with setuptools on its path (also: runsetup)

The Python to build for is BUILDOUT_PYTHON, else an active virtual environment, else python3 on the PATH.
`;

export const commandUsage: Readonly<Record<string, string>> = {
  install: `\
Usage: buildout [options] [assignments] install [PART...]

Installs the named parts (and those they refer to), or all parts of the configuration; only without names are parts
that are no longer declared uninstalled.
`,
  bootstrap: `\
Usage: buildout [options] [assignments] bootstrap

Creates the directories of a buildout and bin/buildout, a small shell script that starts clutch. The script says how
to go back to zc.buildout.
`,
  init: `\
Usage: buildout [options] init [REQUIREMENT|PATH...]

Writes buildout.cfg when there is none, then does what bootstrap does. With requirements, the new configuration has
an interpreter bin/py that sees them (and the paths given), and is installed at once.
`,
  setup: `\
Usage: buildout [options] setup SCRIPT|DIRECTORY [ARGUMENT...]

Runs a setup script so that setuptools is found and imported, with the arguments that follow.
`,
  runsetup: `\
Usage: buildout [options] runsetup SCRIPT|DIRECTORY [ARGUMENT...]

The same as setup.
`,
  annotate: `\
Usage: buildout [options] annotate [SECTION...]

Prints sections in alphabetical order, each option with the file that its value comes from. With -v, every step that
made the value.
`,
  query: `\
Usage: buildout [options] query SECTION:OPTION

Prints one value as the configuration has it; OPTION alone means an option of [buildout].
`,
};
