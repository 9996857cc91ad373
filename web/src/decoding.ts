/** From files to pictures. PNG and TIFF are read sample by sample, all else by the browser, in 8 bits. */

import { decode as decodePng } from 'fast-png';
import { fromArrayBuffer } from 'geotiff';
import type { Size } from './image';
import type { Picture, Samples } from './picture';
import { InputProblem } from './work';

/** Pixels of the largest picture that is taken: its samples, the result's, and working space have to fit. */
const MOST_PIXELS = 1e8;

/** Read a picture; alpha is left out. */
export async function decoded(file: File): Promise<Picture> {
  const content = await file.arrayBuffer();
  try {
    switch (kindOf(new Uint8Array(content))) {
      case 'png':
        return (await fromPng(file.name, new Uint8Array(content))) ?? (await byBrowser(file));
      case 'tiff':
        return await fromTiff(file.name, content);
      default:
        return await byBrowser(file);
    }
  } catch (problem) {
    if (problem instanceof InputProblem) throw problem;
    throw new InputProblem(
      `${file.name} could not be read as a picture. PNG, JPEG, WebP and TIFF are; it may be damaged, or of another format.`,
    );
  }
}

function kindOf(content: Uint8Array): 'png' | 'tiff' | 'other' {
  const start = String.fromCharCode(...content.subarray(0, 4));
  if (start === '\x89PNG') return 'png';
  return start === 'II*\0' || start === 'MM\0*' ? 'tiff' : 'other';
}

function check(name: string, { height, width }: Size): void {
  if (height * width > MOST_PIXELS) {
    throw new InputProblem(
      `${name} has ${Math.round((height * width) / 1e6)} megapixels; up to ${MOST_PIXELS / 1e6} fit here. ` +
        'cscfuse fuse on a computer takes larger ones.',
    );
  }
}

/** Undefined for palettes and few bits, which the browser turns into plain samples. */
async function fromPng(name: string, content: Uint8Array): Promise<Picture | undefined> {
  const header = new DataView(content.buffer, content.byteOffset);
  const size = { width: header.getUint32(16), height: header.getUint32(20) };
  check(name, size);
  const [depth, colour] = [content[24] as number, content[25] as number];
  if (depth < 8 || colour === 3) return undefined;
  const { data, channels } = decodePng(content);
  return withoutAlpha(name, size, channels, data as Samples, channels % 2 === 0);
}

async function fromTiff(name: string, content: ArrayBuffer): Promise<Picture> {
  const file = await fromArrayBuffer(content);
  const pages = await Promise.all(Array.from({ length: await file.getImageCount() }, (_, k) => file.getImage(k)));
  const [first] = pages as [(typeof pages)[number]];
  const size = { height: first.getHeight(), width: first.getWidth() };
  check(name, size);
  if (pages.some((page) => page.getHeight() !== size.height || page.getWidth() !== size.width)) {
    throw new InputProblem(`${name} holds pages of several sizes; expected one picture, or bands of one size.`);
  }
  const bands: Samples[] = [];
  for (const page of pages) bands.push(...((await page.readRasters({ interleave: false })) as unknown as Samples[]));
  if (bands.some((band) => band.constructor !== Uint8Array && band.constructor !== Uint16Array)) {
    throw new InputProblem(
      `${name} does not hold whole numbers of 8 or 16 bits, which are expected of TIFF files here.`,
    );
  }
  return interleaved(name, size, bands);
}

/** Bands of one size as one picture. */
export function interleaved(name: string, size: Size, bands: readonly Samples[]): Picture {
  const channels = bands.length;
  const length = size.height * size.width * channels;
  const deep = bands.some((band) => band instanceof Uint16Array);
  const samples = deep ? new Uint16Array(length) : new Uint8Array(length);
  bands.forEach((band, k) => {
    for (let pixel = 0; pixel < band.length; pixel++) samples[pixel * channels + k] = band[pixel] as number;
  });
  return { name, size, channels, samples };
}

async function byBrowser(file: File): Promise<Picture> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { height, width } = bitmap;
  check(file.name, { height, width });
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const samples = new Uint8Array(context.getImageData(0, 0, width, height).data.buffer as ArrayBuffer);
  return withoutAlpha(file.name, { height, width }, 4, samples, true);
}

function withoutAlpha(name: string, size: Size, channels: number, samples: Samples, alpha: boolean): Picture {
  if (!alpha) return { name, size, channels, samples };
  const kept = channels - 1;
  const length = size.height * size.width * kept;
  const colours = samples instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);
  for (let pixel = 0, to = 0; to < length; pixel++) {
    for (let k = 0; k < kept; k++) colours[to++] = samples[pixel * channels + k] as number;
  }
  return { name, size, channels: kept, samples: colours };
}
