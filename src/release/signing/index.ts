// Keys and signatures in minisign's formats (https://jedisct1.github.io/minisign/, "File formats"): whoever has minisign
// or signify-like tools can make keys for us and check what we sign. Ed25519 and scrypt are Node's own; the target
// verifies in plain Python (python/clutch_release/minisign.py).

export { createSecretKey, formatPublicKey, keyIdOf, type SecretKey } from './secret-key.ts';
export { formatSecretKey, parseSecretKey } from './secret-key-file.ts';
export { signContent, signFile } from './sign.ts';
