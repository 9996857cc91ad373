import type { Part } from '../src/image';
import type { Picture } from '../src/picture';
import type { Network } from '../src/work';

/** A picture of smooth shapes with some noise. */
export function drawn(height: number, width: number, channels: number, seed: number): Picture {
  const samples = new Uint8Array(height * width * channels);
  for (let k = 0; k < samples.length; k++) {
    const pixel = Math.floor(k / channels);
    const wave = Math.sin((pixel % width) / (7 + seed) + (k % channels)) * Math.cos(pixel / width / (9 + seed));
    samples[k] = 110 + 90 * wave + 30 * (((k * 7919 + seed) % 101) / 101);
  }
  return { name: `drawn ${seed}`, size: { height, width }, channels, samples };
}

/** Maps that depend on each pixel alone, in place of a network. */
export const pointwise: Network = async (inputs, channels) => {
  const part = Object.values(inputs).pop() as Part;
  const maps = new Float32Array(part.size.height * part.size.width * channels);
  for (let pixel = 0, to = 0; to < maps.length; pixel++) {
    for (let k = 0; k < channels; k++) {
      maps[to++] = Math.sin(3 * (part.data[pixel * part.channels + (k % part.channels)] as number) + k);
    }
  }
  return maps;
};

export const noStep = async (): Promise<void> => {};
