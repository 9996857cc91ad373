/** Images as float32 samples, channels last, and rectangles of them addressed by rows and columns of the whole. */

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** From the start to the stop, exclusive. */
export interface Span {
  readonly start: number;
  readonly stop: number;
}

export interface Window {
  readonly rows: Span;
  readonly columns: Span;
}

/** An image, or what reads parts of one. */
export interface Pixels {
  readonly size: Size;
  read(window: Window): Part;
}

export const whole = ({ height, width }: Size): Window => ({
  rows: { start: 0, stop: height },
  columns: { start: 0, stop: width },
});

export const sizeOf = ({ rows, columns }: Window): Size => ({
  height: rows.stop - rows.start,
  width: columns.stop - columns.start,
});

export const longerSide = ({ height, width }: Size): number => Math.max(height, width);

const sameSpan = (first: Span, second: Span) => first.start === second.start && first.stop === second.stop;

/** A rectangle cut out of an image. */
export class Part {
  readonly size: Size;

  constructor(
    readonly data: Float32Array,
    readonly channels: number,
    readonly window: Window,
  ) {
    this.size = sizeOf(window);
  }

  static empty(window: Window, channels: number): Part {
    const { height, width } = sizeOf(window);
    return new Part(new Float32Array(height * width * channels), channels, window);
  }

  /** Index of the first sample of a row, by rows and columns of the whole. */
  at(row: number, column: number): number {
    const { rows, columns } = this.window;
    return ((row - rows.start) * this.size.width + column - columns.start) * this.channels;
  }

  /** Some channels of a window inside, all by default. */
  read(window: Window, first = 0, count = this.channels - first): Part {
    const same = sameSpan(window.rows, this.window.rows) && sameSpan(window.columns, this.window.columns);
    if (same && count === this.channels) return this;
    const part = Part.empty(window, count);
    const { rows, columns } = window;
    let to = 0;
    for (let row = rows.start; row < rows.stop; row++) {
      let from = this.at(row, columns.start) + first;
      for (let column = columns.start; column < columns.stop; column++, from += this.channels) {
        for (let channel = 0; channel < count; channel++) part.data[to++] = this.data[from + channel] as number;
      }
    }
    return part;
  }
}

/** Channels of two parts of one window, one after the other. */
export function concatenated(first: Part, second: Part): Part {
  const part = Part.empty(first.window, first.channels + second.channels);
  let to = 0;
  for (let pixel = 0; to < part.data.length; pixel++) {
    for (let k = 0; k < first.channels; k++) part.data[to++] = first.data[pixel * first.channels + k] as number;
    for (let k = 0; k < second.channels; k++) part.data[to++] = second.data[pixel * second.channels + k] as number;
  }
  return part;
}
