/** Reads, fuses and writes pictures, so that the page stays at hand. */

import { decoded } from './decoding';
import { asPng, asTiff } from './encoding';
import { Engine } from './engine';
import { Part } from './image';
import { fuseIvf } from './ivf';
import type { NetworkFacts } from './networks';
import { fullScale, type Picture } from './picture';
import { preview, usualWhite } from './preview';
import { type Answer, type Call, type Calls, type Opened, STOPPED } from './protocol';
import { fused, joined } from './tasks';
import { InputProblem, type Network, type Step } from './work';

interface Ready {
  readonly engine: Engine;
  readonly facts: NetworkFacts;
  readonly networks: (preset: string) => Network;
}

// The worker's file lies in the folder of built files, the page one above.
const folder = new URL(import.meta.env.DEV ? '/' : '../', self.location.href);
const pictures = new Map<number, Picture>();
let opened = 0;
let stopping = false;
let ready: Promise<Ready> | undefined;

const handlers: {
  [Name in keyof Calls]: (request: Calls[Name]['request'], call: number) => Promise<Calls[Name]['answer']>;
} = {
  open: async ({ file }) => keep(await decoded(file)),
  close: async ({ id }) => {
    pictures.delete(id);
    return null;
  },
  fuse: async ({ task, sources, whites }, call) => {
    stopping = false;
    const groups = sources.map((ids) => joined(ids.map(found)));
    const step: Step = async (done, total) => {
      send({ call, progress: done / total });
      // Messages that came meanwhile are read now.
      await new Promise((resolve) => setTimeout(resolve));
      if (stopping) throw new InputProblem(STOPPED);
    };
    const check = fused(task, groups, whites);
    const { engine, facts, networks } = await (ready ?? prepare());
    const start = performance.now();
    const result = await check(facts, networks, step);
    const seconds = (performance.now() - start) / 1000;
    const shown = task === 'msf' ? shownWhites(groups, whites) : [];
    return {
      picture: await keep(result.picture, shown[0]),
      overlays: result.overlays,
      sources: await Promise.all(groups.map((group, k) => describe(-1, group, shown[k]))),
      brightened: task === 'msf' && shown[0] !== whites[0],
      seconds,
      memory: engine.memory,
      engine: engine.description,
    };
  },
  save: async ({ id, format }) => (format === 'png' ? asPng(found(id)) : asTiff(found(id))),
  stop: async () => {
    stopping = true;
    return null;
  },
};

self.onmessage = async ({ data }: MessageEvent<Call>) => {
  const { name, call, request } = data;
  try {
    const handle = handlers[name] as (request: Call['request'], call: number) => Promise<Calls[keyof Calls]['answer']>;
    send({ call, answer: await handle(request, call) });
  } catch (problem) {
    const expected = problem instanceof InputProblem;
    if (!expected) console.error(problem);
    send({ call, problem: problem instanceof Error ? problem.message : String(problem), expected });
  }
};

// Loaded before it is asked for: then the page works without a network.
prepare().catch(() => {});

function prepare(): Promise<Ready> {
  ready = load();
  // What failed may go well later.
  ready.catch(() => {
    ready = undefined;
  });
  return ready;
}

async function load(): Promise<Ready> {
  const read = async (name: string) => {
    const response = await fetch(new URL(`networks/${name}`, folder));
    if (!response.ok) throw new Error(`${name} could not be loaded (${response.status})`);
    return response;
  };
  const facts = (await (await read('networks.json')).json()) as NetworkFacts;
  const presets = [facts.ivf, facts.mef, ...facts.msf].map(({ preset }) => preset);
  const files = new Map(
    await Promise.all(
      presets.map(async (preset) => {
        const response = await read(`${preset}.tflite`);
        return [preset, new Uint8Array(await response.arrayBuffer())] as const;
      }),
    ),
  );
  const { ivf } = facts;
  const first = files.get(ivf.preset) as Uint8Array;
  const engine = await Engine.load(new URL('wasm/', folder).href, first, trial(ivf.channels), ivf.maps);
  const networks = new Map([...files].map(([preset, file]) => [preset, engine.network(file)]));
  const find = (preset: string) => networks.get(preset) as Network;
  await warmUp(facts, find(ivf.preset));
  return { engine, facts, networks: find };
}

/** Browsers make code fast only once it has run for a while. */
async function warmUp(facts: NetworkFacts, network: Network): Promise<void> {
  const size = { height: 256, width: 256 };
  const picture = { name: '', size, channels: 1, samples: new Uint8Array(size.height * size.width) };
  for (let k = 0; k < 2; k++) await fuseIvf(picture, picture, facts.ivf, network, async () => {});
}

/** Something to try WebGPU with. */
function trial(channels: number): Part {
  const part = Part.empty({ rows: { start: 0, stop: 256 }, columns: { start: 0, stop: 256 } }, channels);
  part.data.forEach((_, k) => {
    part.data[k] = 0.5 + 0.5 * Math.sin(k * k);
  });
  return part;
}

/** Values that are shown as white: of colour pictures those stated, less of raw bands, which use little of their range. */
function shownWhites(groups: readonly Picture[], whites: readonly number[]): readonly number[] {
  return groups[0]?.channels === 3 ? whites : groups.map(usualWhite);
}

function found(id: number): Picture {
  const picture = pictures.get(id);
  if (!picture) throw new Error(`no picture ${id}`);
  return picture;
}

async function keep(picture: Picture, white?: number): Promise<Opened> {
  opened += 1;
  pictures.set(opened, picture);
  return describe(opened, picture, white);
}

async function describe(id: number, picture: Picture, white?: number): Promise<Opened> {
  const { name, size, channels, samples, note = '' } = picture;
  const bits = fullScale(samples) === 255 ? 8 : 16;
  return { id, name, size, channels, bits, note, preview: await preview(picture, white) };
}

function send(answer: Answer): void {
  self.postMessage(answer);
}
