import type { CallDoubts } from './token-use.ts';

/** A doubt about the calls of one model, as a sentence. */
export interface DescribedDoubt {
  /** The same for as long as it is the same doubt, whatever its figures. */
  readonly key: string;
  readonly sentence: string;
}

export interface ModelCalls extends CallDoubts {
  readonly model: string;
  readonly calls: number;
}

/** What people should know about the figures of these models' calls. */
export function describeDoubts(uses: readonly ModelCalls[]): DescribedDoubt[] {
  return uses.flatMap(({ model, calls, estimatedCalls = 0, cutPrompts = 0, servedAs = [] }) => [
    ...servedAs.map((name) => ({
      key: `served ${model} ${name}`,
      sentence: `${model} was asked for, and the server says that ${name} answered.`,
    })),
    ...(cutPrompts === 0
      ? []
      : [
          {
            key: `cut ${model}`,
            sentence:
              `Of ${cutPrompts} of ${calls} calls to ${model}, the server counts too few prompt tokens for a text of that length: either it cuts prompts ` +
              'to a shorter context, so that the model does not see all of them (Ollama: raise num_ctx), or it leaves out what was in its cache.',
          },
        ]),
    ...(estimatedCalls === 0
      ? []
      : [
          {
            key: `estimated ${model}`,
            sentence: `The tokens of ${estimatedCalls} of ${calls} calls to ${model} are estimates, at four characters per token: its server does not report them.`,
          },
        ]),
  ]);
}
