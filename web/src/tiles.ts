/** Cutting images into tiles; see cscfuse_keras/runtimes/tiles.py. */

import type { Size, Span, Window } from './image';

/** As few tiles of at most side x side pixels as cover an image, all about equally large. */
export function evenTiles({ height, width }: Size, side: number): Window[] {
  const columns = evenSpans(width, side);
  return evenSpans(height, side).flatMap((rows) => columns.map((span) => ({ rows, columns: span })));
}

/** A window with more pixels on all sides, as far as the image goes. */
export function widened(window: Window, reach: number, size: Size): Window {
  const widen = (span: Span, length: number) => ({
    start: Math.max(0, span.start - reach),
    stop: Math.min(length, span.stop + reach),
  });
  return { rows: widen(window.rows, size.height), columns: widen(window.columns, size.width) };
}

/** A window of this size around a smaller one, with `reach` pixels on all sides, moved inside the image at its ends. */
export function framed(window: Window, extent: Size, reach: number, size: Size): Window {
  return {
    rows: inside(window.rows.start - reach, extent.height, size.height),
    columns: inside(window.columns.start - reach, extent.width, size.width),
  };
}

/** The same window of an image that is larger by a whole factor. */
export function scaled({ rows, columns }: Window, scale: number): Window {
  const times = ({ start, stop }: Span) => ({ start: scale * start, stop: scale * stop });
  return { rows: times(rows), columns: times(columns) };
}

function inside(wanted: number, length: number, bound: number): Span {
  const start = Math.max(0, Math.min(wanted, bound - length));
  return { start, stop: Math.min(start + length, bound) };
}

function evenSpans(length: number, longest: number): Span[] {
  const count = Math.ceil(length / longest);
  return Array.from({ length: count }, (_, k) => ({
    start: Math.floor((k * length) / count),
    stop: Math.floor(((k + 1) * length) / count),
  }));
}
