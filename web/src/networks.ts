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
  readonly bands: number;
  readonly guide_channels: number;
  readonly scale: number;
  readonly reach: number;
  readonly smallest: number;
}

export interface NetworkFacts {
  readonly ivf: IvfFacts;
  readonly mef: MefFacts;
  readonly msf: MsfFacts;
}
