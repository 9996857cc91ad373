/** Maps in [0, 1] that are shown over pictures, in bytes, and coarser for large pictures. */

import { longerSide, type Size, type Window } from './image';

const MOST_SIDE = 1024;
/** Values that tell of all. */
const SOME = 2 ** 13;

export interface Overlay {
  readonly name: string;
  readonly meaning: string;
  readonly size: Size;
  readonly values: Uint8Array<ArrayBuffer>;
}

export class OverlayMap {
  readonly size: Size;
  private readonly values: Float32Array;
  private readonly step: number;

  constructor(size: Size) {
    this.step = Math.ceil(longerSide(size) / MOST_SIDE);
    this.size = { height: Math.ceil(size.height / this.step), width: Math.ceil(size.width / this.step) };
    this.values = new Float32Array(this.size.height * this.size.width);
  }

  /** Take the values of a window, from a function of each pixel's index in it. */
  set({ rows, columns }: Window, value: (pixel: number) => number): void {
    const { step } = this;
    const width = columns.stop - columns.start;
    for (let row = Math.ceil(rows.start / step) * step; row < rows.stop; row += step) {
      for (let column = Math.ceil(columns.start / step) * step; column < columns.stop; column += step) {
        const pixel = (row - rows.start) * width + column - columns.start;
        this.values[(row / step) * this.size.width + column / step] = value(pixel);
      }
    }
  }

  /** The map, as it is, or with its largest value (but for the highest half percent) as 1. */
  finished(name: string, meaning: string, stretch = false): Overlay {
    const white = stretch ? this.high() : 1;
    const values = new Uint8Array(this.values.length);
    for (let k = 0; k < values.length; k++) {
      values[k] = Math.min(255, Math.round((255 * (this.values[k] as number)) / white));
    }
    return { name, meaning, size: this.size, values };
  }

  private high(): number {
    const step = Math.ceil(this.values.length / SOME);
    const some = this.values.filter((_, k) => k % step === 0).sort();
    return some[Math.floor(0.995 * (some.length - 1))] || 1;
  }
}
