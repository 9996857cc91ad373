/** From pictures to files. */

import { encode } from 'fast-png';
import { type Picture, type Samples, samplesLike } from './picture';

/** A PNG file in the picture's depth; of more bands than three, those that are shown. */
export function asPng(picture: Picture): Blob {
  const { size, channels, samples } = shown(picture);
  const depth = samples instanceof Uint8Array ? 8 : 16;
  return new Blob([encode({ ...size, channels, depth, data: samples }) as BlobPart], { type: 'image/png' });
}

/** A TIFF file with all bands, not compressed. */
export function asTiff({ size, channels, samples }: Picture): Blob {
  const bits = 8 * samples.BYTES_PER_ELEMENT;
  const entries = 9;
  const bitsAt = 8 + 2 + 12 * entries + 4;
  const dataAt = bitsAt + 4 * Math.ceil(channels / 2);
  const header = new DataView(new ArrayBuffer(dataAt));
  // Little-endian, as all browsers' arrays are.
  for (const [k, value] of [0x4949, 42, 8, 0, entries].entries()) header.setUint16(2 * k, value, true);
  // Tag, type (3: 16 bits, 4: 32 bits), count, value or place.
  const fields = [
    [256, 4, 1, size.width],
    [257, 4, 1, size.height],
    [258, 3, channels, channels > 2 ? bitsAt : bits | (bits << 16)],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, dataAt],
    [277, 3, 1, channels],
    [278, 4, 1, size.height],
    [279, 4, 1, samples.byteLength],
  ] as const;
  fields.forEach(([tag, type, count, value], k) => {
    const at = 10 + 12 * k;
    header.setUint16(at, tag, true);
    header.setUint16(at + 2, type, true);
    header.setUint32(at + 4, count, true);
    header.setUint32(at + 8, value, true);
  });
  for (let k = 0; k < channels; k++) header.setUint16(bitsAt + 2 * k, bits, true);
  return new Blob([header, samples], { type: 'image/tiff' });
}

/** Grey or RGB. */
export function shown(picture: Picture): Picture {
  const { size, channels, samples } = picture;
  if (channels === 1 || channels === 3) return picture;
  const bands = shownBands(channels);
  const colours: Samples = samplesLike(samples, size.height * size.width * bands.length);
  for (let pixel = 0, to = 0; to < colours.length; pixel++) {
    for (const band of bands) colours[to++] = samples[pixel * channels + band] as number;
  }
  return { ...picture, channels: bands.length, samples: colours };
}

/** Bands that are shown as red, green and blue, as in cscfuse_keras/report/cube_pictures.py. */
export function shownBands(count: number): readonly number[] {
  const known: Readonly<Record<number, readonly number[]>> = { 2: [1, 0, 0], 4: [2, 1, 0], 8: [4, 2, 1] };
  return known[count] ?? [0.8, 0.5, 0.2].map((share) => Math.round(share * (count - 1)));
}
