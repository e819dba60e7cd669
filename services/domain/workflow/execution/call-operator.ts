import { FailureError } from '../../failure.ts';
import type { Field, Operator, OperatorContext, Value } from '../../operators/operator.ts';
import type { ChatMessage, ModelReply } from '../../ports.ts';
import { randomStream } from '../../random.ts';
import { parseTemplate, templateText, templateValue } from '../expression/template.ts';
import type { StepValue } from '../expression/value.ts';
import { numberOf, textOf, textsOf } from '../expression/value.ts';
import type { CallStep } from '../workflow.ts';
import type { CallRecord, Frame } from './frame.ts';
import { evaluated, failureAt, lookUp } from './frame.ts';

/**
 * Runs one use of an operator. Its failures carry `path`; its calls are recorded even if it fails. None of them is under way any
 * more when it ends by an error: what it spends would be nobody's, and what is known of it would depend on chance.
 */
export async function callOperator(step: CallStep, path: string, frame: Frame): Promise<Value> {
  const operator = frame.context.operators.get(step.operator);
  if (operator === undefined) throw failureAt('invalid-workflow', path, `there is no operator "${step.operator}".`);
  const inputs = operatorInputs(step, operator, path, frame);
  const calls: OperatorCalls = { asked: [], answered: [], trouble: new AbortController() };
  try {
    return await operator.run(inputs, operatorContext(operator, path, frame, calls));
  } catch (thrown) {
    const error = await firstOf(thrown, calls);
    if (!(error instanceof FailureError) || error.failure.step !== undefined) throw error;
    throw failureAt(error.failure.kind, path, error.failure.message, error);
  } finally {
    // In the order in which they were made, whichever was answered first.
    frame.calls.push(...Object.values(calls.answered));
  }
}

/** The model calls of one use of an operator, by their number. */
interface OperatorCalls {
  readonly asked: Promise<ModelReply>[];
  readonly answered: CallRecord[];
  /** Ends those that are made at once, since the execution is lost to the infrastructure and will be tried again. */
  readonly trouble: AbortController;
}

/** Why an operator has ended: trouble with the infrastructure, or what failed of the first of its calls, whichever came first. */
async function firstOf(thrown: unknown, { asked, trouble }: OperatorCalls): Promise<unknown> {
  if (!(thrown instanceof FailureError)) trouble.abort(thrown);
  const reasons = (await Promise.allSettled(asked)).flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (trouble.signal.aborted) return trouble.signal.reason;
  return reasons.includes(thrown) ? reasons[0] : thrown;
}

function operatorContext(operator: Operator, path: string, frame: Frame, calls: OperatorCalls): OperatorContext {
  const { context } = frame;
  const { asked, answered, trouble } = calls;
  const [seed, ...purpose] = context.seed;
  // A single call has no others to end.
  const signal = operator.maxCalls < 2 ? frame.signal : AbortSignal.any([frame.signal, trouble.signal]);
  const complete = async (messages: readonly ChatMessage[]): Promise<ModelReply> => {
    signal.throwIfAborted();
    const number = asked.length;
    if (number >= operator.maxCalls)
      throw failureAt('call-limit', path, `${operator.name} may make ${operator.maxCalls} model calls and asked for one more.`);
    const callId = `${path}/${number}`;
    const request = { callId, purpose: `operator:${operator.name}`, messages } as const;
    try {
      const reply = await (frame.sampler?.complete(request, signal) ?? context.model.complete(request, signal));
      answered[number] = { callId, operator: operator.name, reply };
      return wholeReply(reply, path);
    } catch (error) {
      if (!(error instanceof FailureError)) trouble.abort(error);
      throw error;
    }
  };
  return {
    code: context.code,
    random: randomStream(seed, ...purpose, 'operator', path),
    query: lookUp('query', frame) as Readonly<Record<string, string>>,
    signal,
    complete: (messages) => {
      const call = complete(messages);
      asked.push(call);
      return call;
    },
  };
}

function wholeReply(reply: ModelReply, path: string): ModelReply {
  if (reply.finishReason === 'length') {
    const { completionTokens } = reply.usage;
    throw failureAt(
      'cut-off',
      path,
      `the model's answer was cut off at the limit of ${completionTokens} tokens; ask for a shorter one.`,
    );
  }
  if (reply.finishReason === 'content-filter')
    throw failureAt('content-filter', path, "the endpoint's content filter withheld the answer.");
  if (reply.finishReason === 'tool-call')
    throw failureAt('tool-call', path, 'the model called a tool, though none was offered, instead of answering.');
  if (reply.text.trim() === '') {
    const thought = reply.reasoning === '' ? '' : ' after its thoughts';
    throw failureAt('empty-reply', path, `the model's reply ends${thought} without any text.`);
  }
  return reply;
}

function operatorInputs(step: CallStep, operator: Operator, path: string, frame: Frame): Record<string, Value> {
  const inputs: Record<string, Value> = {};
  for (const [input, field] of Object.entries(operator.inputs)) {
    const template = Object.hasOwn(step.inputs, input) ? step.inputs[input] : undefined;
    if (template !== undefined) inputs[input] = inputValue(field, template, input, path, frame);
    else if (field.optional !== true) throw failureAt('operator-input', path, `${operator.name} needs the input "${input}".`);
  }
  return inputs;
}

function inputValue(field: Field, template: string, input: string, path: string, frame: Frame): Value {
  const { prompts } = frame.workflow;
  const variables = (name: string) => lookUp(name, frame);
  if (field.type === 'prompt') {
    const prompt = Object.hasOwn(prompts, template.trim()) ? prompts[template.trim()] : undefined;
    if (prompt === undefined) throw failureAt('invalid-workflow', path, `there is no prompt "${template.trim()}".`);
    return evaluated(path, `prompt "${template.trim()}"`, () => templateText(parseTemplate(prompt), variables));
  }
  const value = evaluated(path, `with.${input}`, () => templateValue(parseTemplate(template), variables));
  const converted = converters[field.type](value);
  if (converted !== undefined) return converted;
  throw failureAt('operator-input', path, `with.${input} must be ${needs[field.type]}, and ${template.trim()} is not.`);
}

type ValueType = Exclude<Field['type'], 'prompt'>;

const converters: Readonly<Record<ValueType, (value: StepValue) => Value | undefined>> = {
  text: textOf,
  texts: textsOf,
  number: numberOf,
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
};

const needs: Readonly<Record<ValueType, string>> = {
  text: 'a text',
  texts: 'a list of texts',
  number: 'a number',
  boolean: 'true or false',
};
