// The part of yauzl that the tests use as an oracle; the package has no types of its own.
declare module 'yauzl' {
  namespace yauzl {
    interface Entry {
      fileName: string;
    }
    interface ZipFile extends NodeJS.EventEmitter {
      readEntry(): void;
      openReadStream(entry: Entry, done: (error: Error | null, stream: NodeJS.ReadableStream) => void): void;
    }
    interface Options {
      lazyEntries: boolean;
    }
    function open(path: string, options: Options, done: (error: Error | null, file: ZipFile) => void): void;
  }
  export default yauzl;
}
