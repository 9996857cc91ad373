/** Channels put together, left out and told apart. */

import type { Size } from './image';
import { fullScale, type Picture, type Samples, samplesLike } from './picture';

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

/** The picture without its last channel, its opacity, with a note if that says anything. */
export function withoutAlpha(picture: Picture): Picture {
  const { name, channels, samples } = picture;
  const opaque = fullScale(samples);
  let transparent = false;
  for (let at = channels - 1; at < samples.length && !transparent; at += channels) transparent = samples[at] !== opaque;
  const note = `${name} is transparent in places; that is left out.`;
  return { ...withChannels(picture, channels - 1), ...(transparent && { note }) };
}

/** As one channel, if red, green and blue are the same everywhere. */
export function greyIfGrey(picture: Picture): Picture {
  const { samples } = picture;
  for (let at = 0; at < samples.length; at += 3) {
    if (samples[at] !== samples[at + 1] || samples[at] !== samples[at + 2]) return picture;
  }
  return withChannels(picture, 1);
}

/** The first channels of a picture. */
function withChannels(picture: Picture, kept: number): Picture {
  const { size, channels, samples } = picture;
  const result = samplesLike(samples, size.height * size.width * kept);
  for (let pixel = 0, to = 0; to < result.length; pixel++) {
    for (let k = 0; k < kept; k++) result[to++] = samples[pixel * channels + k] as number;
  }
  return { ...picture, channels: kept, samples: result };
}
