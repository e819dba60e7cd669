/**
 * What the simulated vLLM serves over HTTP, of what engineCapacity says that it can: unequal replicas, each with twice as many
 * callers as sequences, whose prompts share nothing; from the 10th percentile of the answers' times to the 90th.
 *
 *   node test/measure/engine-capacity.ts [--speed 1] [--calls 20]
 *
 * Ends with 1 if a replica serves less than 0.95 or more than 1.02 of its capacity; on a busy machine, callers come late.
 */
import { parseArgs } from 'node:util';
import { engineCapacity } from '../../services/simulator/engine/capacity.ts';
import { startSimulator } from '../../services/simulator/start-simulator.ts';
import { qwen8bOnH100 } from '../support/simulator/qwen8b-on-h100.ts';

const { values: given } = parseArgs({
  options: { speed: { type: 'string', default: '1' }, calls: { type: 'string', default: '20' } },
});

interface Answered {
  readonly atMs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

async function measure(maxSequences: number, speed: number, callsOfEach: number): Promise<number> {
  const engine = { ...qwen8bOnH100, speed };
  await using simulator = await startSimulator({ known: [], engine, maxSequences });
  const answered: Answered[] = [];
  const caller = async (number: number): Promise<void> => {
    for (let call = 0; call < callsOfEach; call += 1) {
      // A beginning of its own, so that no block is shared, and a length of its own, so that they do not go in step.
      const content = `${number}.${call}: ${'Think about this well. '.repeat(10 + ((number * 7 + call * 3) % 20))}`;
      const body = JSON.stringify({
        model: 'qwen3-8b',
        messages: [{ role: 'user', content }],
        chat_template_kwargs: { enable_thinking: true },
      });
      const response = await fetch(`${simulator.url}/chat/completions`, { method: 'POST', body });
      const { usage } = (await response.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
      const { prompt_tokens: promptTokens, completion_tokens: outputTokens } = usage;
      answered.push({ atMs: performance.now(), promptTokens, outputTokens });
    }
  };
  await Promise.all(Array.from({ length: 2 * maxSequences }, (_, number) => caller(number)));

  const middle = answered.slice(Math.floor(answered.length * 0.1), Math.floor(answered.length * 0.9));
  const tookMs = (middle.at(-1)?.atMs ?? 0) - (middle[0]?.atMs ?? 0);
  // The time that each takes of the engine adds up, whatever its length; the first one's answer is where the clock starts.
  const neededMs = middle
    .slice(1)
    .map(({ promptTokens, outputTokens }) => engineCapacity({ ...engine, maxSequences }, { promptTokens, outputTokens }))
    .reduce((sum, { requestsPerSecond }) => sum + 1000 / requestsPerSecond, 0);
  const share = neededMs / tookMs;
  const rate = (1000 * middle.length) / tookMs;
  console.log(
    `${maxSequences} sequences, speed ${speed}: ${rate.toFixed(2)} calls a second, ${share.toFixed(3)} of the capacity`,
  );
  return share;
}

const speed = Number(given.speed);
const shares: number[] = [];
for (const [sequences, factor] of [
  [32, 1],
  [32, 0.5],
  [8, 1],
] as const) {
  shares.push(await measure(sequences, speed * factor, Number(given.calls)));
}
process.exitCode = shares.every((share) => share >= 0.95 && share <= 1.02) ? 0 : 1;
