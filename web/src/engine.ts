/** LiteRT in the worker: on WebGPU where that is faster and its numbers are right, on the processor otherwise. */

import { type CompiledModel, type LiteRt, loadLiteRt, supportsFeature, Tensor, unloadLiteRt } from '@litertjs/core';
import type { Part, Size } from './image';
import { type Shapes, shaped } from './shaped';
import type { Network } from './work';

const OUTPUT = 'fused';
/** Compiled networks that are kept. */
const KEPT = 16;
/** Pixels from which threads are worth their while. */
const THREADED = 2 ** 17;
/** Milliseconds in which the browser takes back the threads of a network that is gone. */
const THREADS_RETURN = 20;
/** Largest difference between WebGPU and the processor, in shares of the largest value, that is trusted. */
const TRUSTED = 1e-3;

type Accelerator = 'webgpu' | 'wasm';

export class Engine {
  private readonly single = new Map<string, CompiledModel>();
  private readonly threaded = new Map<string, CompiledModel>();
  private files = 0;

  private constructor(
    private readonly liteRt: LiteRt,
    private readonly accelerator: Accelerator,
    private readonly threads: number,
    readonly description: string,
  ) {}

  /** Load LiteRT from a folder with its wasm files; a network and an input try WebGPU out. */
  static async load(folder: string, file: Uint8Array, input: Part, outputs: number): Promise<Engine> {
    const tried = async (engine: Engine | undefined) => {
      const network = (engine as Engine).network(file);
      // Only the second time tells: compiling is over.
      await network({ image: input }, outputs);
      const start = performance.now();
      const output = await network({ image: input }, outputs);
      return { output, seconds: (performance.now() - start) / 1000 };
    };
    if (await hasAdapter()) {
      try {
        const liteRt = await load(folder, (await supportsFeature('jspi')) ? 'jspi' : 'plain');
        const [gpu, processor] = (['webgpu', 'wasm'] as const).map((each) => new Engine(liteRt, each, 1, 'WebGPU'));
        const [first, second] = [await tried(gpu), await tried(processor)];
        const right = difference(first.output, second.output) < TRUSTED;
        if (right && first.seconds < second.seconds / navigator.hardwareConcurrency) return gpu as Engine;
      } catch {
        // The processor computes all that WebGPU cannot.
      }
      unloadLiteRt();
    }
    const threads = crossOriginIsolated && (await supportsFeature('threads')) && (await supportsFeature('relaxedSimd'));
    const liteRt = await load(folder, threads ? 'threaded' : 'plain');
    const count = threads ? navigator.hardwareConcurrency : 1;
    return new Engine(liteRt, 'wasm', count, `WebAssembly, ${count} ${count === 1 ? 'thread' : 'threads'}`);
  }

  /** Bytes that WebAssembly has taken; its memory never shrinks, so this is the most so far. */
  get memory(): number {
    return this.liteRt.liteRtWasm.HEAPU8.length;
  }

  /** What computes a file, for inputs of any size, if its output has the size of its last input. */
  network(file: Uint8Array): Network {
    this.files += 1;
    const prefix = this.files;
    return async (inputs, channels) => {
      const shapes = shapesOf(inputs, channels);
      const { height, width } = lastOf(inputs).size;
      const threaded = this.threads > 1 && height * width >= THREADED;
      const kept = threaded ? this.threaded : this.single;
      const key = `${prefix} ${JSON.stringify(shapes)}`;
      let model = kept.get(key);
      if (!model) {
        // The browser has just so many threads, and a network that waits for one would wait for ever.
        if (threaded && forget(kept, 0)) await new Promise((resolve) => setTimeout(resolve, THREADS_RETURN));
        model = await this.compile(shaped(file, shapes), threaded ? this.threads : 1);
      }
      kept.delete(key);
      kept.set(key, model);
      forget(kept, KEPT);
      return run(model, inputs);
    };
  }

  private compile(file: Uint8Array, numThreads: number): Promise<CompiledModel> {
    const { accelerator } = this;
    return this.liteRt.loadAndCompile(file, {
      accelerator,
      cpuOptions: { numThreads },
      gpuOptions: { precision: 'fp32' },
    });
  }
}

/** Delete all but the newest; tells whether there were more. */
function forget(kept: Map<string, CompiledModel>, newest: number): boolean {
  const others = [...kept.keys()].slice(0, kept.size - Math.min(newest, kept.size));
  for (const key of others) {
    kept.get(key)?.delete();
    kept.delete(key);
  }
  return others.length > 0;
}

async function run(model: CompiledModel, inputs: Readonly<Record<string, Part>>): Promise<Float32Array> {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, part]) => [name, new Tensor(part.data, shapeOf(part.size, part.channels))]),
  );
  try {
    const output = (await model.run(tensors))[OUTPUT] as Tensor;
    try {
      return (await output.data()) as Float32Array;
    } finally {
      output.delete();
    }
  } finally {
    for (const tensor of Object.values(tensors)) tensor.delete();
  }
}

function shapesOf(inputs: Readonly<Record<string, Part>>, channels: number): Shapes {
  const entries = Object.entries(inputs).map(([name, part]) => [name, shapeOf(part.size, part.channels)] as const);
  return Object.fromEntries([...entries, [OUTPUT, shapeOf(lastOf(inputs).size, channels)]]);
}

const lastOf = (inputs: Readonly<Record<string, Part>>) => Object.values(inputs).pop() as Part;

const shapeOf = ({ height, width }: Size, channels: number) => [1, height, width, channels];

async function load(folder: string, build: 'plain' | 'threaded' | 'jspi'): Promise<LiteRt> {
  // LiteRT's script looks for its other files beside the page unless told.
  const script = `${folder}litert_wasm${build === 'plain' ? '' : `_${build}`}_internal.js`;
  Object.assign(self, { Module: { locateFile: (file: string) => folder + file, mainScriptUrlOrBlob: script } });
  return loadLiteRt(folder, { threads: build === 'threaded', jspi: build === 'jspi' });
}

/** Whether there is a graphics processor, not a program in its place. */
async function hasAdapter(): Promise<boolean> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return !!adapter && !adapter.info.isFallbackAdapter;
}

function difference(first: Float32Array, second: Float32Array): number {
  const largest = second.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return first.reduce((most, value, k) => Math.max(most, Math.abs(value - (second[k] as number))), 0) / largest;
}
