import type { Benchmark, Query } from '../benchmark.ts';
import { operators } from '../operators/registry.ts';
import type { CodeRunner, ModelClient } from '../ports.ts';
import { noUsage } from '../run/ledger/totals.ts';
import { interpretWorkflow } from '../workflow/execution/interpret.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { ExpectedUse } from './stand-in.ts';

/** How long a reply to a prompt is expected to be, in tokens. */
export type ReplyLength = (operator: string, prompt: string) => number;

/** A message's own tokens, and what a chat template adds to each and to all. */
const [tokensAMessage, tokensAPrompt] = [4, 3];
/** In a made-up reply. */
const charactersAToken = 4;

/**
 * What an execution of the workflow takes on each query: it is interpreted with the query's real texts, and with replies that are
 * made up to the length and the form that each operator expects. Nothing is called, no program is run, and samples agree on
 * every other query.
 */
export async function expectedExecutions(
  workflow: Workflow,
  { queries, inputs }: Pick<Benchmark, 'queries' | 'inputs'>,
  settings: { readonly maxCalls: number; readonly tokensPerCharacter: number; readonly replyLength: ReplyLength },
): Promise<ExpectedUse[]> {
  const uses: ExpectedUse[] = [];
  for (const [index, query] of queries.entries()) {
    uses.push(await expectedExecution(workflow, query, inputs, { ...settings, samplesDiffer: index % 2 === 0 }));
  }
  return uses;
}

async function expectedExecution(
  workflow: Workflow,
  query: Query,
  inputs: readonly string[],
  {
    maxCalls,
    tokensPerCharacter,
    replyLength,
    samplesDiffer,
  }: Parameters<typeof expectedExecutions>[2] & {
    readonly samplesDiffer: boolean;
  },
): Promise<ExpectedUse> {
  let used: ExpectedUse = { calls: 0, promptTokens: 0, completionTokens: 0 };
  const complete: ModelClient['complete'] = async ({ purpose, messages }) => {
    const operator = purpose.replace(/^operator:/, '');
    const prompt = messages.map(({ content }) => content).join('\n');
    const tokens = replyLength(operator, prompt);
    used = {
      calls: used.calls + 1,
      promptTokens: used.promptTokens + prompt.length * tokensPerCharacter + tokensAMessage * messages.length + tokensAPrompt,
      completionTokens: used.completionTokens + tokens,
    };
    // An ensemble asks for its vote only where samples of one prompt differ.
    const text = madeUpReply(operator, `${samplesDiffer ? used.calls : 1} ${'.'.repeat(tokens * charactersAToken)}`, query);
    return { text, reasoning: '', finishReason: 'stop', usage: noUsage, model: '', simulated: true };
  };
  await interpretWorkflow(workflow, query, {
    ...{ model: { complete }, code: passing, operators, seed: [0, query.id], inputs, maxCalls },
    signal: new AbortController().signal,
  });
  return used;
}

/** In the form that the operator reads. A review passes, so that what follows a failure is not counted. */
function madeUpReply(operator: string, filling: string, { fields }: Query): string {
  switch (operator) {
    case 'sc_ensemble':
    case 'md_ensemble':
      return `<thought>${filling}</thought>\n<choice>A</choice>`;
    case 'answer_generate':
      return `<thought>${filling}</thought>\n<answer>${filling.slice(0, 8)}</answer>`;
    case 'review':
      return `<feedback>${filling}</feedback>\n<passed>true</passed>`;
    case 'revise':
      return `<solution>${filling}</solution>`;
    case 'format':
      return `<answer>${filling}</answer>`;
    case 'programmer':
      return `\`\`\`python\ndef solve():\n    return 1  # ${filling}\n\`\`\``;
    case 'custom_code_generate':
    case 'test':
      return `\`\`\`python\ndef ${fields.entry_point ?? 'solve'}(*values):\n    return 1  # ${filling}\n\`\`\``;
    default:
      return filling;
  }
}

const passing: CodeRunner = {
  run: async () => ({
    ...{ passed: true, kind: 'passed', output: '1', error: '', result: '1', cpuMs: 0, outputTruncated: false, isolation: '' },
  }),
};
