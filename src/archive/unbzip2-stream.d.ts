// The part of unbzip2-stream that we use; the package has no types of its own.
declare module 'unbzip2-stream' {
  export default function unbzip2Stream(): NodeJS.ReadWriteStream;
}
