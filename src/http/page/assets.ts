import { createHash } from 'node:crypto';
import { script } from './script.ts';
import { style } from './style.ts';

/** A file that the pages load. Its address names its content, so that it can be kept for ever. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

const hashDigits = 12;

function asset(name: string, extension: string, type: string, text: string): Asset {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, hashDigits);
  return { path: `/-/assets/${name}-${hash}.${extension}`, type, body: Buffer.from(text) };
}

const styleAsset = asset('page', 'css', 'text/css', style);
const scriptAsset = asset('page', 'js', 'text/javascript', script);

export const assets: readonly Asset[] = [styleAsset, scriptAsset];
export const assetPaths = { style: styleAsset.path, script: scriptAsset.path };
