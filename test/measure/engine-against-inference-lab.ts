/**
 * The simulated vLLM (services/simulator/engine) against `inference-lab`, a simulator of serving engines by others: the same
 * traces, limits and linear cost of a step; throughput, time to the first token, whole latency, prefix hits and preemptions
 * beside each other, and how they were without async_scheduling.
 *
 *   cargo install inference-lab --version 1.0.0
 *   node test/measure/engine-against-inference-lab.ts [--inference-lab ~/.cargo/bin/inference-lab] [--seeds 10]
 *
 * Both let a call that arrives during a step wait for the end of the next one too. Here, as in vLLM, since that one has been
 * decided (async_scheduling, its default since vllm#27614); there, since `drain_arrivals` (its simulation/simulator.rs) looks for
 * arrivals up to the time of the last event only, and the end of a step is an event that begins the next one. It has no
 * counterpart to the one more step that a sequence is in here. Ends with 1 if anything differs by more than a tenth.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomStream } from '../../services/domain/random.ts';
import { blockTokens, type EngineTrace, engineTraces, outcomeOf, type TraceOutcome } from '../support/simulator/engine-traces.ts';

/** Of a Qwen3-8B: 36 layers, 8 KV heads of 128, keys and values, 2 bytes each. */
const kvBytesPerToken = 36 * 8 * 128 * 2 * 2;

const { values: given } = parseArgs({
  options: { 'inference-lab': { type: 'string', default: 'inference-lab' }, seeds: { type: 'string', default: '10' } },
});
/** By scenario: ours, theirs, and ours without async_scheduling; one for each seed. */
const outcomes = new Map<string, { ours: TraceOutcome[]; theirs: TraceOutcome[]; sync: TraceOutcome[] }>();
const folder = await mkdtemp(join(tmpdir(), 'scale-inference-lab-'));
try {
  for (let seed = 1; seed <= Number(given.seeds); seed += 1) {
    for (const scenario of engineTraces(randomStream(seed, 'engine-against-inference-lab'))) {
      const { outcome, startsMs } = await theirsOf(scenario);
      const of = outcomes.get(scenario.name) ?? { ours: [], theirs: [], sync: [] };
      of.theirs.push(outcome);
      of.ours.push(outcomeOf(scenario, startsMs));
      of.sync.push(outcomeOf({ ...scenario, engine: { ...scenario.engine, asyncScheduling: false } }, startsMs));
      outcomes.set(scenario.name, of);
    }
  }
} finally {
  await rm(folder, { recursive: true });
}

let apart = false;
const line = (...cells: readonly string[]) =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(26) : cell.padStart(12))).join('');
console.log(`means of ${given.seeds} seeds`);
for (const [name, { ours, theirs, sync }] of outcomes) {
  console.log(line(name, 'ours', 'theirs', 'ratio', 'sync', 'ratio'));
  for (const figure of Object.keys(theirs[0] ?? {}) as (keyof TraceOutcome)[]) {
    const mean = (of: readonly TraceOutcome[]) => sum(of.map((each) => each[figure])) / of.length;
    const far = Math.abs(mean(ours) - mean(theirs)) > 0.1 * mean(theirs);
    apart ||= far;
    const ratio = (of: readonly TraceOutcome[]) => (mean(theirs) === 0 ? '' : (mean(of) / mean(theirs)).toFixed(3));
    const cells = [mean(ours).toFixed(1), mean(theirs).toFixed(1), ratio(ours), mean(sync).toFixed(1), ratio(sync)];
    console.log(line(`  ${figure}`, ...cells, far ? 'apart' : ''));
  }
}
process.exitCode = apart ? 1 : 0;

async function theirsOf({ engine, conversations, arrival }: EngineTrace): Promise<{ outcome: TraceOutcome; startsMs: number[] }> {
  const path = (name: string) => join(folder, name);
  const lines = conversations.map((steps, index) => JSON.stringify({ id: String(index), steps }));
  await writeFile(path('sessions.jsonl'), `${lines.join('\n')}\n`);
  const pattern =
    'perSecond' in arrival
      ? `arrival_pattern = "poisson"\narrival_rate = ${arrival.perSecond.toFixed(3)}`
      : `arrival_pattern = "closed_loop"\nnum_concurrent_users = ${arrival.atOnce}`;
  const unused = `type = "fixed"\nvalue = 1`;
  await writeFile(
    path('workload.toml'),
    `sessions_path = "${path('sessions.jsonl')}"\n${pattern}\nnum_sessions = ${conversations.length}\nseed = 1\n` +
      `[input_len_dist]\n${unused}\n[output_len_dist]\n${unused}\n`,
  );
  await writeFile(
    path('model.toml'),
    `[scheduler]
max_num_batched_tokens = ${engine.batchedTokens}
max_num_seqs = ${engine.maxSequences}
policy = "fcfs"
enable_chunked_prefill = true
block_size = ${blockTokens}
kv_cache_capacity = ${engine.kvBlocks * blockTokens * kvBytesPerToken}
[model]
name = "Qwen3-8B"
hidden_dim = 4096
max_seq_len = 32768
[[model.weights]]
precision = "bf16"
active_params = 8200000000
resident_params = 8200000000
[[model.layers]]
kind = "attention"
count = 36
heads = 32
head_dim = 128
kv_heads = 8
kv_precision = "bf16"
[hardware.h100]
tp = 1
step_cost = { model = "linear", t0 = ${engine.stepMs / 1000}, tp = ${engine.prefillMs / 1000}, td = ${engine.decodeMs / 1000} }
`,
  );
  const flags = ['--config', path('model.toml'), '--hardware', 'h100', '--workload', path('workload.toml'), '--quiet'];
  execFileSync(given['inference-lab'], [...flags, '--output', path('out.json'), '--request-csv', path('calls.csv')]);

  const summary = JSON.parse(await readFile(path('out.json'), 'utf8'));
  const [heads = [], ...rows] = (await readFile(path('calls.csv'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const column = (name: string) => {
    const place = heads.indexOf(name);
    if (place < 0) throw new Error(`inference-lab's table of calls has no column ${name}: ${heads.join(', ')}`);
    return rows.map((row) => Number(row[place]));
  };
  const [arrivals, sessions, steps] = ['arrival', 'session', 'step'].map(column);
  const startsMs: number[] = [];
  for (const [index, session] of (sessions ?? []).entries()) {
    if (steps?.[index] === 0) startsMs[session] = (arrivals?.[index] ?? 0) * 1000;
  }
  const outcome = {
    outputTokensPerSecond: summary.throughput_metrics.output_tokens_per_sec,
    meanFirstTokenMs: summary.latency_metrics.ttft_ms.mean,
    meanLatencyMs: summary.latency_metrics.e2e_ms.mean,
    promptTokensComputed: summary.work.prefill_tokens_computed,
    preemptions: sum(column('preemptions')),
  };
  return { outcome, startsMs };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
