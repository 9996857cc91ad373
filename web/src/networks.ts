/** What networks.json tells of the networks; cscfuse_keras/export/browser.py writes it. */

interface Coder {
  readonly preset: string;
  readonly channels: number;
  readonly maps: number;
  readonly reach: number;
  readonly levels: number;
}

export interface IvfFacts extends Coder {
  readonly contrast: number;
  readonly first_context: readonly (readonly number[])[];
}

export interface MefFacts extends Coder {
  readonly detail_gain: number;
}

export interface MsfFacts {
  readonly preset: string;
  /** Of the result; the network gives one more, the strength of its code. */
  readonly bands: number;
  readonly guide_channels: number;
  readonly scale: number;
  readonly reach: number;
  readonly smallest: number;
}

export interface NetworkFacts {
  readonly ivf: IvfFacts;
  readonly mef: MefFacts;
  /** One for each number of bands. */
  readonly msf: readonly MsfFacts[];
}
