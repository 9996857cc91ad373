/** The page's side of the worker: each call is a promise. */

import type { Answer, Calls } from './protocol';

export class WorkerProblem extends Error {
  constructor(
    message: string,
    readonly expected: boolean,
  ) {
    super(message);
  }
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(problem: Error): void;
  progress?: ((share: number) => void) | undefined;
}

export class Client {
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.receive(data);
    worker.onerror = (event) => {
      const problem = new WorkerProblem(`The worker failed: ${event.message || 'it could not be loaded'}`, false);
      for (const { reject } of this.waiting.values()) reject(problem);
      this.waiting.clear();
    };
  }

  call<Name extends keyof Calls>(
    name: Name,
    request: Calls[Name]['request'],
    progress?: (share: number) => void,
  ): Promise<Calls[Name]['answer']> {
    const call = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(call, { resolve: resolve as Waiting['resolve'], reject, progress });
      this.worker.postMessage({ name, call, request });
    });
  }

  private receive(data: Answer): void {
    const waiting = this.waiting.get(data.call);
    if (!waiting) return;
    if ('progress' in data) {
      waiting.progress?.(data.progress);
      return;
    }
    this.waiting.delete(data.call);
    if ('answer' in data) waiting.resolve(data.answer);
    else waiting.reject(new WorkerProblem(data.problem, data.expected));
  }
}
