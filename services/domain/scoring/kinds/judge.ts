import type { Query } from '../../benchmark.ts';
import { FailureError } from '../../failure.ts';
import type { Value } from '../../operators/operator.ts';
import type { ChatMessage, ModelClient } from '../../ports.ts';
import { headedText } from '../../replies/headed-text.ts';
import { plainNumber } from '../../replies/plain-number.ts';
import { readTags } from '../../replies/read-tags.ts';
import { withoutAsides } from '../../replies/split-thoughts.ts';
import { findReference } from '../../workflow/check/find-reference.ts';
import { ExpressionError } from '../../workflow/expression/expression.ts';
import { parseTemplate, type Template, templateText } from '../../workflow/expression/template.ts';
import { JudgeMissingError, type ScoredAnswer } from '../scorer.ts';
import { scorerKind } from './scorer-kind.ts';

const instruction = 'You judge an answer that someone else gave. Do not solve the task yourself; judge the answer as written.';

const form = (best: number) => `Reply in exactly this form, with a number from 0 (worst) to ${best} (best):
<reason>one or two sentences</reason>
<score>the number alone</score>`;

const names = ['answer', 'reference', 'query'];
/** This kind does not know which fields a query has; the name `query` shows that one of them is meant. */
const known = { values: new Set(names), queryFields: [], inputs: [] };
const tries = 2;

export const judge = scorerKind({
  name: 'judge',
  description: "a model judges the answer by a prompt of yours, at temperature 0; its tokens count among the execution's",
  options: {
    prompt: {
      type: 'text',
      description: 'what to judge, and how: a template with {{ answer }}, {{ reference }} and {{ query.<field> }}',
    },
    best: { type: 'number', default: 1, low: 1, high: 100, description: 'the number that the model gives to a perfect answer' },
    model: { type: 'text', default: '', description: 'the model that judges; "": the run\'s executor model' },
    endpoint: { type: 'endpoint', description: "the endpoint of the run file that serves it; default: the executor's" },
    max_tokens: {
      type: 'number',
      default: 512,
      low: 16,
      high: 100_000,
      whole: true,
      description: "most tokens of the judge's reply",
    },
  },
  create: (name, { prompt, best, model, max_tokens: maxTokens }) => {
    const template = checkedTemplate(prompt);
    return {
      name,
      description: `judged by ${model === '' ? 'the executor model' : model}`,
      needs: 'model',
      takesSeveral: true,
      async score(answer, query, { judge: clientOf, signal }) {
        if (clientOf === undefined) throw new JudgeMissingError(name);
        const task = rendered(template, answer, query);
        const content = [instruction, task, form(best)].join('\n\n');
        return judged({ name, best, client: clientOf({ model, maxTokens }), signal }, [{ role: 'user', content }]);
      },
      faultOf: (query) => {
        try {
          rendered(template, '', query);
          return showsAnswer(template) ? '' : 'its prompt never shows {{ answer }}, so that every answer would be judged alike';
        } catch (error) {
          if (error instanceof ExpressionError) return `prompt has no value for it: ${error.message}`;
          throw error;
        }
      },
    };
  },
});

interface Judging {
  readonly name: string;
  readonly best: number;
  readonly client: ModelClient;
  readonly signal: AbortSignal;
}

async function judged({ name, best, client, signal }: Judging, messages: readonly ChatMessage[]): Promise<ScoredAnswer> {
  const said: ChatMessage[] = [...messages];
  let fault = '';
  for (let index = 0; index < tries; index += 1) {
    // No step of a workflow has such a path, so the journal keeps the judge's calls separate from the workflow's.
    const reply = await asked({ name, client, signal }, said, `@${name}/${index}`);
    const { score = headedText(withoutAsides(reply), 'score'), reason = '' } = readTags(reply, ['score', 'reason']);
    const number = readScore(score, best);
    if (number !== undefined) return { score: number / best, extracted: reason, feedback: reason };
    fault =
      score === undefined ? 'the reply has no <score>' : `<score> is "${score.slice(0, 40)}", not a number from 0 to ${best}`;
    said.push(
      { role: 'assistant', content: reply },
      { role: 'user', content: `Your reply cannot be read: ${fault}. ${form(best)}` },
    );
  }
  throw failure(name, `no verdict after ${tries} tries: ${fault}`);
}

async function asked({ name, client, signal }: Omit<Judging, 'best'>, messages: readonly ChatMessage[], callId: string) {
  try {
    return (await client.complete({ callId, purpose: 'judge', messages }, signal)).text;
  } catch (error) {
    if (error instanceof FailureError) throw failure(name, error.message, error);
    throw error;
  }
}

function failure(name: string, message: string, cause?: unknown): FailureError {
  return new FailureError({ kind: 'scorer', message: `the judge ${name} failed: ${message}` }, { cause });
}

/** A number and nothing else: "0.8 because …" is refused, and so is "8/10". */
function readScore(text: string | undefined, best: number): number | undefined {
  const digits = text === undefined ? undefined : plainNumber(text);
  return digits === undefined || Number(digits) > best ? undefined : Number(digits);
}

function checkedTemplate(prompt: string): Template {
  try {
    const template = parseTemplate(prompt);
    const used = template.parts.flatMap((part) => (typeof part === 'string' ? [] : [...part.names]));
    const unknown = used.find((name) => !names.includes(name));
    if (unknown !== undefined) throw new ExpressionError(`there is no "${unknown}"; there are ${names.join(', ')}`);
    const unfilled = template.parts
      .map((part) => (typeof part === 'string' ? findReference(part, known) : undefined))
      .find((found) => found !== undefined);
    if (unfilled !== undefined) {
      const meant = unfilled.meant === undefined ? '{{ expression }}' : `{{ ${unfilled.meant} }}`;
      throw new ExpressionError(`"${unfilled.written}" would be shown to the model literally: write ${meant} for a value`);
    }
    return template;
  } catch (error) {
    if (error instanceof ExpressionError) throw new RangeError(`prompt cannot be used: ${error.message}`, { cause: error });
    throw error;
  }
}

function showsAnswer({ parts }: Template): boolean {
  return parts.some((part) => typeof part !== 'string' && part.names.has('answer'));
}

/** @throws ExpressionError */
function rendered(template: Template, answer: string, { id, fields, reference, rightAnswers }: Query): string {
  const values: Readonly<Record<string, Value>> = { answer, reference: rightAnswers ?? reference, query: { ...fields, id } };
  return templateText(template, (name) => values[name]);
}
