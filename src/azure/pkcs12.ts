import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { type DerNode, inside, integer, octets, oid, readDer, tags } from './der.ts';

/** What a PFX file holds. */
export interface Pkcs12 {
  /** PKCS #8, unencrypted. */
  readonly key: Buffer;
  /** X.509, in the order of the file. */
  readonly certificates: readonly Buffer[];
}

/** The file is encrypted in a way that Node's OpenSSL does not offer. */
export class OldCipher extends Error {}

const ids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  pbes2: '1.2.840.113549.1.5.13',
  tripleDes: '1.2.840.113549.1.12.1.3',
} as const;

const digests: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

const ciphers: Readonly<Record<string, readonly [name: string, keyBytes: number]>> = {
  '2.16.840.1.101.3.4.1.2': ['aes-128-cbc', 16],
  '2.16.840.1.101.3.4.1.22': ['aes-192-cbc', 24],
  '2.16.840.1.101.3.4.1.42': ['aes-256-cbc', 32],
  '1.2.840.113549.3.7': ['des-ede3-cbc', 24],
};

/** Opens a PKCS #12 file (RFC 7292) with its password. Throws when password or form are wrong, or nothing is inside. */
export function openPkcs12(file: Buffer, password: string): Pkcs12 {
  const [, authSafe] = inside(readDer(file)[0]);
  const safes = inside(readDer(octets(contentOf(authSafe)))[0]);
  const bags = safes.flatMap((safe) => inside(readDer(openSafe(safe, password))[0]).map(readBag));
  const keys = bags.flatMap(({ id, value }) => {
    if (id === ids.keyBag) return [bytesOf(value)];
    return id === ids.shroudedKeyBag ? [decrypt(inside(value), password)] : [];
  });
  const certificates = bags.flatMap(({ id, value }) =>
    id === ids.certificateBag ? [octets(inside(inside(value)[1])[0])] : [],
  );
  const [key] = keys;
  if (key === undefined || certificates.length === 0) throw new Error('a private key or certificate is missing');
  return { key, certificates };
}

/** The content of a ContentInfo. */
function contentOf(info: DerNode | undefined): DerNode | undefined {
  return inside(inside(info)[1])[0];
}

function openSafe(info: DerNode, password: string): Buffer {
  const type = oid(inside(info)[0]);
  if (type === ids.data) return octets(contentOf(info));
  if (type !== ids.encryptedData) throw new Error('a part is sealed for a recipient, not with a password');
  const [, content] = inside(contentOf(info));
  return decrypt(inside(content).slice(1), password);
}

function readBag(bag: DerNode): { id: string; value: DerNode | undefined } {
  const [id, value] = inside(bag);
  return { id: oid(id), value: inside(value)[0] };
}

/** The element itself, written out again; needed where it is a document of its own. */
function bytesOf(node: DerNode | undefined): Buffer {
  if (node === undefined) throw new Error('an element is missing');
  const { length } = node.content;
  const header = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([node.tag, ...header]), node.content]);
}

function decrypt([algorithm, data]: readonly DerNode[], password: string): Buffer {
  const [id, parameters] = inside(algorithm);
  const { cipher, key, iv } = cipherOf(oid(id), inside(parameters), password);
  const decipher = createDecipheriv(cipher, key, iv);
  return Buffer.concat([decipher.update(octets(data)), decipher.final()]);
}

interface CipherChoice {
  readonly cipher: string;
  readonly key: Buffer;
  readonly iv: Buffer;
}

function cipherOf(scheme: string, parameters: readonly DerNode[], password: string): CipherChoice {
  if (scheme === ids.pbes2) return pbes2(parameters, password);
  if (scheme !== ids.tripleDes) throw new OldCipher(scheme);
  const salt = octets(parameters[0]);
  const rounds = integer(parameters[1]);
  const derive = (purpose: number, size: number): Buffer => deriveSha1(password, salt, rounds, purpose, size);
  return { cipher: 'des-ede3-cbc', key: derive(1, 24), iv: derive(2, 8) };
}

function pbes2([derivation, encryption]: readonly DerNode[], password: string): CipherChoice {
  const [salt, rounds, ...options] = inside(inside(derivation)[1]);
  const prf = options.find(({ tag }) => tag === tags.sequence);
  const digest = prf === undefined ? 'sha1' : digests[oid(inside(prf)[0])];
  const [cipherId, iv] = inside(encryption);
  const [cipher, keyBytes] = ciphers[oid(cipherId)] ?? [];
  if (digest === undefined || cipher === undefined || keyBytes === undefined) throw new OldCipher(oid(cipherId));
  return { cipher, key: pbkdf2Sync(password, octets(salt), integer(rounds), keyBytes, digest), iv: octets(iv) };
}

/** Key derivation of RFC 7292, appendix B, with SHA-1 (blocks of 64 bytes, output of 20). `purpose`: 1 key, 2 vector. */
function deriveSha1(password: string, salt: Buffer, rounds: number, purpose: number, size: number): Buffer {
  const wide = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const input = Buffer.concat([repeatTo64(salt), repeatTo64(wide)]);
  const blocks: Buffer[] = [];
  for (let made = 0; made < size; made += 20) {
    let block = Buffer.concat([Buffer.alloc(64, purpose), input]);
    for (let round = 0; round < rounds; round += 1) block = createHash('sha1').update(block).digest();
    blocks.push(block);
    const step = repeatTo64(block);
    for (let at = 0; at < input.length; at += 64) addPlusOne(input.subarray(at, at + 64), step);
  }
  return Buffer.concat(blocks).subarray(0, size);
}

function repeatTo64(bytes: Buffer): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / 64) * 64, bytes);
}

/** `target = target + step + 1` as big-endian numbers, in place; what runs over is lost. */
function addPlusOne(target: Buffer, step: Buffer): void {
  let carry = 1;
  for (let at = target.length - 1; at >= 0; at -= 1) {
    const sum = target.readUInt8(at) + (step[at] ?? 0) + carry;
    target.writeUInt8(sum & 0xff, at);
    carry = sum >> 8;
  }
}
