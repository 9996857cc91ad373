/** What fits into a browser's memory: samples, those of the result, and working space. */

import type { Size } from './image';
import { InputProblem } from './work';

const MOST_PIXELS = 1e8;
const MOST_SAMPLES = 4e8;

/** Throws `InputProblem` if an image of this size and number of channels is too large. */
export function checkFits(name: string, { height, width }: Size, channels: number): void {
  const pixels = height * width;
  if (pixels > MOST_PIXELS || pixels * channels > MOST_SAMPLES) {
    const of = channels > 4 ? ` of ${channels} bands` : '';
    const most = Math.min(MOST_PIXELS, MOST_SAMPLES / channels) / 1e6;
    throw new InputProblem(
      `${name} has ${Math.round(pixels / 1e6)} megapixels${of}; up to ${Math.floor(most)} fit here. ` +
        'cscfuse fuse on a computer takes larger ones.',
    );
  }
}
