/** What page and worker tell each other. */

import type { Size } from './image';
import type { Overlay } from './overlay';

export type Task = 'ivf' | 'mef' | 'msf';

/** Of a picture that the worker holds. */
export interface Opened {
  readonly id: number;
  readonly name: string;
  readonly size: Size;
  readonly channels: number;
  readonly bits: 8 | 16;
  /** What the visitor should know of it; may be empty. */
  readonly note: string;
  readonly preview: ImageBitmap;
}

export interface Result {
  readonly picture: Opened;
  readonly overlays: readonly Overlay[];
  /** The sources as they are to be shown beside the result. */
  readonly sources: readonly Opened[];
  /** Whether it is shown brighter than it is. */
  readonly brightened: boolean;
  readonly seconds: number;
  readonly memory: number;
  readonly engine: string;
}

export interface Calls {
  open: { request: { file: File }; answer: Opened };
  close: { request: { id: number }; answer: null };
  fuse: { request: { task: Task; sources: readonly (readonly number[])[]; whites: readonly number[] }; answer: Result };
  save: { request: { id: number; format: 'png' | 'tiff' }; answer: Blob };
  stop: { request: Record<string, never>; answer: null };
}

export type Call = {
  [Name in keyof Calls]: { name: Name; call: number; request: Calls[Name]['request'] };
}[keyof Calls];

export type Answer =
  | { readonly call: number; readonly progress: number }
  | { readonly call: number; readonly answer: Calls[keyof Calls]['answer'] }
  | { readonly call: number; readonly problem: string; readonly expected: boolean };

export const STOPPED = 'Stopped.';
