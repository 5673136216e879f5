/** One element of DER: its tag byte and what it holds. */
export interface DerNode {
  readonly tag: number;
  readonly content: Buffer;
}

export const tags = {
  integer: 0x02,
  octets: 0x04,
  oid: 0x06,
  sequence: 0x30,
  explicit0: 0xa0,
  implicit0: 0x80,
} as const;

/** The elements that follow each other in `bytes`. Throws when they are not DER. */
export function readDer(bytes: Buffer): DerNode[] {
  const nodes: DerNode[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at);
    const short = bytes.readUInt8(at + 1);
    const lengthBytes = short < 0x80 ? 0 : short - 0x80;
    if (short === 0x80 || lengthBytes > 4) throw new Error('the length of an element is not of DER');
    const length = lengthBytes === 0 ? short : bytes.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    if (start + length > bytes.length) throw new Error('an element is longer than the file');
    nodes.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return nodes;
}

/** The elements inside the sequence (or explicit tag) at this place. */
export function inside(node: DerNode | undefined): DerNode[] {
  if (node === undefined) throw new Error('an element is missing');
  return readDer(node.content);
}

/** Octets, also when they come in parts. */
export function octets(node: DerNode | undefined): Buffer {
  if (node === undefined) throw new Error('an element is missing');
  const inParts = (node.tag & 0x20) !== 0;
  return inParts ? Buffer.concat(readDer(node.content).map(octets)) : node.content;
}

/** An object identifier in dotted form. */
export function oid(node: DerNode | undefined): string {
  if (node?.tag !== tags.oid) throw new Error('an object identifier is missing');
  const [first = 0, ...rest] = node.content;
  const parts = [Math.floor(first / 40), first % 40];
  let value = 0;
  for (const byte of rest) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(value);
      value = 0;
    }
  }
  return parts.join('.');
}

export function integer(node: DerNode | undefined): number {
  if (node?.tag !== tags.integer || node.content.length > 6) throw new Error('a number is missing');
  return node.content.readUIntBE(0, node.content.length);
}
