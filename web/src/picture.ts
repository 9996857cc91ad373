/** Pictures as stored, and the ways the networks see them. */

import { Part, type Pixels, type Size, type Window } from './image';

export type Samples = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** Channels last; 1 for grey, 3 for RGB, any other number for bands. Alpha is left out. */
export interface Picture {
  readonly name: string;
  readonly size: Size;
  readonly channels: number;
  readonly samples: Samples;
  /** What its visitor should know: what was left out, or is doubtful. */
  readonly note?: string;
}

export const fullScale = (samples: Samples): number => (samples instanceof Uint8Array ? 255 : 65535);

/** Samples of the same kind, all 0. */
export const samplesLike = (samples: Samples, length: number): Samples =>
  samples instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);

/** The largest sample. */
export function largest(samples: Samples): number {
  let most = 0;
  for (const sample of samples) if (sample > most) most = sample;
  return most;
}

/** Luma of BT.601. */
export const luma = (red: number, green: number, blue: number): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/** Call with the index of each pixel of a window, row by row. */
export function eachPixel({ rows, columns }: Window, width: number, visit: (pixel: number) => void): void {
  for (let row = rows.start; row < rows.stop; row++) {
    for (let column = columns.start; column < columns.stop; column++) visit(row * width + column);
  }
}

/** The luma of pictures of one size in [0, 1], side by side as channels. */
export class LumaPixels implements Pixels {
  readonly size: Size;

  constructor(private readonly pictures: readonly Picture[]) {
    this.size = (pictures[0] as Picture).size;
  }

  read(window: Window): Part {
    const part = Part.empty(window, this.pictures.length);
    this.pictures.forEach(({ samples, channels }, k) => {
      const scale = 1 / fullScale(samples);
      let to = k;
      eachPixel(window, this.size.width, (pixel) => {
        const at = pixel * channels;
        const grey = samples[at] as number;
        const value = channels === 3 ? luma(grey, samples[at + 1] as number, samples[at + 2] as number) : grey;
        part.data[to] = scale * value;
        to += this.pictures.length;
      });
    });
    return part;
  }
}

/** A picture in [0, 1] for a stated white: as RGB if `channels` is 3 and it is grey, all its channels otherwise. */
export class UnitPixels implements Pixels {
  readonly size: Size;

  constructor(
    private readonly picture: Picture,
    private readonly channels = picture.channels,
    private readonly white = fullScale(picture.samples),
  ) {
    this.size = picture.size;
  }

  read(window: Window): Part {
    const part = Part.empty(window, this.channels);
    const { samples, channels } = this.picture;
    const scale = 1 / this.white;
    let to = 0;
    eachPixel(window, this.size.width, (pixel) => {
      for (let k = 0; k < this.channels; k++) {
        part.data[to++] = scale * (samples[pixel * channels + (channels === 1 ? 0 : k)] as number);
      }
    });
    return part;
  }
}
