/** What decides which edits make sense: answers in a box, answers of a few words, or programs. */
export type Nature = 'boxed' | 'words' | 'program';

/** What a proposal prompt says about the benchmark. */
export interface Task {
  readonly operators: ReadonlySet<string>;
  /** Fields of a query, the main one first. */
  readonly fields: readonly string[];
  readonly nature: Nature;
}

export function taskIn(prompt: string): Task {
  const section = /^# Operators\n([\s\S]*?)\n\n# /m.exec(prompt)?.[1] ?? '';
  const operators = new Set([...section.matchAll(/^- (\w+):/gm)].map((match) => match[1] ?? ''));
  const fields = [...(/^Fields of a query: (.+)$/m.exec(prompt)?.[1] ?? '').matchAll(/query\.(\w+)/g)].map(
    (match) => match[1] ?? '',
  );
  const format = /^Answer format: (.+)$/m.exec(prompt)?.[1] ?? '';
  return { operators, fields, nature: natureOf(operators, format) };
}

function natureOf(operators: ReadonlySet<string>, answerFormat: string): Nature {
  if (operators.has('custom_code_generate')) return 'program';
  return answerFormat.includes('\\boxed') ? 'boxed' : 'words';
}
