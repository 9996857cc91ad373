/** Pictures as the screen shows them: in 8 bits, and every second, third ... pixel of what canvases cannot hold. */

import { shown } from './encoding';
import { fullScale, type Picture } from './picture';

const MOST_PIXELS = 2 ** 23;

/** The bitmap, and the sample value that it shows as white. */
export async function preview(picture: Picture, white = fullScale(picture.samples)): Promise<ImageBitmap> {
  const { size, channels, samples } = shown(picture);
  const step = Math.ceil(Math.sqrt((size.height * size.width) / MOST_PIXELS));
  const height = Math.ceil(size.height / step);
  const width = Math.ceil(size.width / step);
  const image = new ImageData(width, height);
  const gain = 255 / white;
  let to = 0;
  for (let row = 0; row < size.height; row += step) {
    for (let column = 0; column < size.width; column += step, to += 4) {
      const at = (row * size.width + column) * channels;
      for (let k = 0; k < 3; k++) image.data[to + k] = gain * (samples[at + (channels === 1 ? 0 : k)] as number);
      image.data[to + 3] = 255;
    }
  }
  return createImageBitmap(image);
}

/** Sample value that only one in 200 of what is shown is above: raw bands use a small part of their range. */
export function usualWhite(picture: Picture): number {
  const { samples } = shown(picture);
  const step = Math.max(1, Math.floor(samples.length / 2 ** 16));
  const some = samples.filter((_, k) => k % step === 0).sort();
  return some[Math.floor(0.995 * (some.length - 1))] || 1;
}
