/**
 * Whether a real model heeds what a scorer says: searches on sums whose scorer takes only answers with the word RESULT and says
 * so, with and without feedback, with the model behind an OpenAI-compatible address as executor and optimizer. First, by how
 * many answers the executor follows the rule where its prompt states it: a search cannot find more.
 *
 *   node test/measure/feedback-with-a-real-model.ts --url http://127.0.0.1:8080/v1 --model NAME [--seeds 3] [--rounds 6]
 *     [--queries 8] [--max-tokens 400] [--show]
 *
 * Runs go through `scale run` and its cluster. Ends with 1 if a run did.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunEvent } from '../../services/domain/run/event.ts';
import type { Workflow } from '../../services/domain/workflow/workflow.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { decodeRunLogFile } from '../../services/shared/contracts/run-log-file.ts';
import { writePlantedRule } from '../support/benchmarks/planted-rule.ts';
import { startCli } from '../support/run-cli.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080/v1' },
    model: { type: 'string', default: 'gemma3-270m' },
    seeds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '6' },
    queries: { type: 'string', default: '8' },
    /** Of a proposal. */
    'max-tokens': { type: 'string', default: '400' },
    /** Every reply of the optimizer. */
    show: { type: 'boolean', default: false },
  },
});
const word = 'RESULT';
const rule = { name: 'word', feedback: `The answer must contain the word ${word}.`, holds: `"${word}" in answer` };
const question = '{{query.question}}\n\nThink.';

const folder = await mkdtemp(join(tmpdir(), 'scale-feedback-'));
try {
  // Three in four are for validation.
  const benchmark = await writePlantedRule(folder, rule, Math.round((Number(values.queries) * 4) / 3), ['custom']);
  const told = await search('told', 1, { prompt: `${question} ${rule.feedback}`, rounds: 1, feedback: 0 });
  console.log(`the executor, told the rule in its prompt: ${share(told.scores[0])} of the answers\n`);
  console.log(
    '| seed | feedback | replies | that name the word | taken | taken that name it | better than the start | best score |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
    for (const [name, feedback] of [
      ['with', 600],
      ['without', 0],
    ] as const) {
      const { replies, taken, scores } = await search(name, seed, {
        prompt: question,
        rounds: Number(values.rounds),
        feedback,
      });
      if (values.show) console.error(replies.join('\n'));
      const told = replies.filter((reply) => reply.includes(word)).length;
      const naming = taken.filter((workflow) => JSON.stringify(workflow.prompts).includes(word)).length;
      const better = scores.filter((score) => score > (scores[0] ?? 0)).length;
      const best = share(Math.max(0, ...scores));
      console.log(`| ${seed} | ${name} | ${replies.length} | ${told} | ${taken.length} | ${naming} | ${better} | ${best} |`);
    }
  }

  async function search(name: string, seed: number, { prompt, rounds, feedback }: Wanted): Promise<Found> {
    const file = join(folder, `${name}-${seed}.yaml`);
    const model = { endpoint: 'real', model: values.model };
    await writeFile(join(folder, `${name}.workflow.yaml`), JSON.stringify(startWith(prompt)));
    await writeFile(
      file,
      JSON.stringify({
        ...{ benchmark, seed, initial_workflow: `${name}.workflow.yaml` },
        models: {
          executor: { ...model, max_tokens: 160 },
          optimizer: { ...model, max_tokens: Number(values['max-tokens']), structured: 'on' },
        },
        endpoints: { real: { base_url: values.url, max_concurrency: 2, timeout_seconds: 300 } },
        // All at once and each asked once: the prompts are nearly the same, and a server reads what is the same once.
        search: {
          ...{ max_rounds: rounds, parallelism: rounds, proposal_attempts: 1, feedback_tokens: feedback },
          ...{ final_pick: 'argmax', canary: false },
        },
        evaluation: { few_shot_floor: Number(values.queries) },
      }),
    );
    const data = join(folder, `${name}-${seed}`);
    const run = startCli(['run', file, '--data-dir', data, '--executors', '1', '--slots', '2']);
    const { code, stdout, stderr } = await run.ended;
    if (code !== 0) throw new Error(`scale run ${file} ended with ${code}:\n${stdout}\n${stderr}`);
    const [runId = ''] = await readdir(join(data, 'runs'));
    const log = decodeRunLogFile(await readFile(join(data, 'runs', runId, 'events.binpb')));
    return found(log.map((entry) => decodeEvent(entry).event));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

interface Wanted {
  readonly prompt: string;
  readonly rounds: number;
  /** Tokens of it. */
  readonly feedback: number;
}

interface Found {
  /** Of the optimizer, taken or refused. */
  readonly replies: readonly string[];
  readonly taken: readonly Workflow[];
  /** Of each round that has one, the start's first. */
  readonly scores: readonly number[];
}

function found(events: readonly RunEvent[]): Found {
  // Turn 0 is the start, which nobody proposed.
  const proposed = events.filter((event) => event.kind === 'workflow-proposed').filter(({ turn }) => turn > 0);
  return {
    replies: proposed.map(({ reply }) => reply),
    taken: proposed.flatMap(({ workflow, failure }) => (failure === undefined ? (workflow ?? []) : [])),
    scores: events.flatMap((event) => (event.kind === 'round-completed' ? (event.evaluation?.score ?? []) : [])),
  };
}

function startWith(prompt: string): object {
  return {
    ...{ workflow: 1, name: 'ask-once', prompts: { solve: prompt } },
    steps: [{ id: 'solved', call: 'custom', with: { instruction: 'solve', input: '' } }, { return: '{{solved.response}}' }],
  };
}

function share(score = 0): string {
  return `${Math.round(100 * score)} %`;
}
