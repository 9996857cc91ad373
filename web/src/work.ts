/** What all tasks have in common: a network to call, steps that are told and can be stopped, and a result. */

import type { Part } from './image';
import type { Overlay } from './overlay';
import type { Picture } from './picture';

/** Longest side of the tiles that larger pictures are cut into. */
export const TILE = 640;

/** From images by the names of the network's inputs to its output, `channels` deep, `scale` times the last input. */
export type Network = (inputs: Readonly<Record<string, Part>>, channels: number) => Promise<Float32Array>;

/** Tells how much of the work is done, and gives way: throws if it is to stop. */
export type Step = (done: number, total: number) => Promise<void>;

export interface Fused {
  readonly picture: Picture;
  readonly overlays: readonly Overlay[];
}

/** Something the visitor can put right: what was expected, what was found. */
export class InputProblem extends Error {}
