import { delimiter } from 'node:path';
import { above, between, whole, wholeFrom } from '../../../domain/settings/number-rules.ts';
import { text } from '../../settings/rules.ts';
import type { VariableTable } from '../../settings/variable-table.ts';
import { everyProcess } from './every-process.ts';
import { port } from './port.ts';

export const simulatorTable = {
  host: { variable: 'SCALE_SIMULATOR_HOST', type: 'text', default: '127.0.0.1', description: 'the address at which it listens' },
  port: port('SCALE_SIMULATOR_PORT', 8000, 'the port at which it listens'),
  seed: {
    variable: 'SCALE_SIMULATOR_SEED',
    ...wholeFrom(0),
    default: 1,
    description: 'the same seed gives the same answers',
  },
  firstTokenMs: {
    variable: 'SCALE_SIMULATOR_FIRST_TOKEN_MS',
    ...whole(0, 600_000),
    unit: 'ms',
    // Quick, so that demos are.
    default: 2,
    description: 'wait before the first token, of the fixed latency',
  },
  tokensPerSecond: {
    variable: 'SCALE_SIMULATOR_TOKENS_PER_SECOND',
    ...whole(0, 1_000_000),
    default: 20_000,
    description: 'of one reply, of the fixed latency; 0: without any wait',
  },
  maxSequences: {
    variable: 'SCALE_SIMULATOR_MAX_SEQUENCES',
    ...whole(1, 100_000),
    // The same as vLLM's default max_num_seqs.
    default: 256,
    description: 'requests answered at once; the others wait in order',
  },
  maxQueued: {
    variable: 'SCALE_SIMULATOR_MAX_QUEUED',
    ...whole(0, 1_000_000),
    default: 1_000_000,
    description: 'requests that may wait; more are refused with the status 429',
  },
  engine: {
    variable: 'SCALE_SIMULATOR_ENGINE',
    type: 'choice',
    choices: ['fixed', 'vllm'],
    default: 'fixed',
    description: 'a fixed latency, or [a model of vLLM](simulated-model.md#an-engine-like-vllms), which the next seven describe',
  },
  batchedTokens: {
    variable: 'SCALE_SIMULATOR_BATCHED_TOKENS',
    ...whole(1, 10_000_000),
    default: 8192,
    description: 'tokens of one step, prompts and decoding together: `max_num_batched_tokens`',
  },
  kvBlocks: {
    variable: 'SCALE_SIMULATOR_KV_BLOCKS',
    ...whole(1, 10_000_000),
    default: 22_000,
    description: 'blocks of 16 tokens in the KV cache; a call that needs more is refused',
  },
  stepMs: {
    variable: 'SCALE_SIMULATOR_STEP_MS',
    ...above(0, 60_000),
    unit: 'ms',
    default: 7,
    description: 'time of any step',
  },
  prefillMs: {
    variable: 'SCALE_SIMULATOR_PREFILL_MS',
    ...between(0, 60_000),
    unit: 'ms',
    default: 0.03,
    description: 'more for each prompt token in it',
  },
  decodeMs: {
    variable: 'SCALE_SIMULATOR_DECODE_MS',
    ...between(0, 60_000),
    unit: 'ms',
    default: 0.05,
    description: 'more for each sequence that decodes in it',
  },
  asyncScheduling: {
    variable: 'SCALE_SIMULATOR_ASYNC_SCHEDULING',
    type: 'flag',
    default: true,
    description: "each step is decided when the one before it begins, as by vLLM's default, `--async-scheduling`",
  },
  speed: {
    variable: 'SCALE_SIMULATOR_SPEED',
    ...above(0, 1_000_000),
    default: 1,
    description: 'how many times faster all that goes',
  },
  faults: {
    variable: 'SCALE_SIMULATOR_FAULTS',
    type: 'text',
    default: '',
    description: 'shares of calls that go wrong, such as `429:0.05,hang:0.01`; [the kinds](simulated-model.md#faults)',
  },
  batchMs: {
    variable: 'SCALE_SIMULATOR_BATCH_MS',
    ...whole(0, 86_400_000),
    unit: 'ms',
    default: 0,
    description: 'how long a [batch](batches.md) waits before its calls are made',
  },
  accessLog: {
    variable: 'SCALE_SIMULATOR_ACCESS_LOG',
    type: 'text',
    default: '',
    description: 'a file that gets one line of JSON per finished call: job, call, model, tokens',
  },
  refusalLog: {
    variable: 'SCALE_SIMULATOR_REFUSAL_LOG',
    type: 'text',
    default: '',
    description: 'a file that gets one line of JSON per call that was answered with an error',
  },
  benchmarkFiles: {
    variable: 'SCALE_SIMULATOR_BENCHMARKS',
    type: 'special',
    schema: text()
      .default('')
      .transform((files) => files.split(delimiter).filter((file) => file !== '')),
    description: 'benchmark files of users, whose queries it should know too; `scale run` names its own',
    range: 'paths, separated as in `PATH`',
    shownDefault: '',
  },
  ...everyProcess,
} as const satisfies VariableTable;
