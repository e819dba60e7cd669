import { createHash } from 'node:crypto';
import { sortedJson } from '../contracts/read-message.ts';
import type { EndpointRequest } from './model-endpoint.ts';

/** Rises when a key comes to mean something else, so that no reply is taken for one to another question. */
const keyVersion = 1;

/** Which of several answers to one question is wanted: samples must differ, and the same sample must be found again. */
export interface Draw {
  /** What distinguishes the job from others that ask the same: the repeat of an execution, round and turn of a proposal. */
  readonly job: readonly (string | number)[];
  /** Among the equal calls of the job, from 0. */
  readonly place: number;
  /** The run's seed, where the call sends none of its own: runs with different seeds are independent samples, too. */
  readonly runSeed?: number;
}

export interface KeySpace {
  /** What the user calls the present state of the models: a model that is served anew under its name needs another. */
  readonly namespace: string;
  /** Replies of the simulated model are no replies of the model whose name it goes by. */
  readonly simulated: boolean;
}

/** Whose call it is, what for, and how it travels. */
const besideTheQuestion: ReadonlySet<string> = new Set<keyof EndpointRequest>([
  'jobId',
  'callId',
  'runId',
  'attemptId',
  'meter',
  'purpose',
  'prefixKey',
  'batched',
  'sending',
]);

/**
 * The name under which a reply is kept: SHA-256, in hex, of all that decides the answer. What does not is left out by name, so
 * that a new field of requests is part of the key until someone decides otherwise. Addresses, keys and headers are no part of a
 * request, and so of no key: servers that serve a model under one name are taken to serve the same one.
 */
export function responseKey(request: EndpointRequest, draw: Draw, { namespace, simulated }: KeySpace): string {
  const { purpose } = request;
  const asked = Object.fromEntries(Object.entries(request).filter(([name]) => !besideTheQuestion.has(name)));
  // Only the simulated model answers by what a call is for.
  const space = simulated ? { namespace, simulated, purpose } : { namespace, simulated };
  return createHash('sha256')
    .update(sortedJson(['scale-response', keyVersion, space, asked, draw]))
    .digest('hex');
}
