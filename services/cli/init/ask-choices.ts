import { createQuestions, type Questions } from './ask-questions.ts';
import type { ColumnProfile } from './column-profile.ts';
import { guessColumns } from './guess-columns.ts';
import { guessKind, plannedKinds } from './plan-benchmark.ts';
import type { InitChoices, LookedAt } from './plan-scaffold.ts';
import { planScaffold } from './plan-scaffold.ts';

const shownLength = 50;

/**
 * Asks for what no option has said, with a guess for Enter.
 * @param signal ends the asking
 */
export async function askChoices(
  looked: LookedAt,
  given: InitChoices,
  folder: string,
  signal: AbortSignal,
  questions: Questions = createQuestions({ input: process.stdin, output: process.stdout }, signal),
): Promise<InitChoices> {
  const { profiles, read } = looked;
  const names = profiles.map(({ name }) => name);
  const unknown = (typed: string): string => {
    const wrong = columnsIn(typed).find((column) => !names.includes(column));
    if (typed.trim() === '') return `name a column: ${names.join(', ')}`;
    return wrong === undefined ? '' : `there is no column "${wrong}"; there is ${names.join(', ')}`;
  };
  try {
    const lines = [`${read.rows.length} rows with these columns:`, ...profiles.map(described)];
    const guess = guessColumns(profiles, given);
    const inputs =
      given.inputs ??
      columnsIn(await questions.ask(`${lines.join('\n')}\n\nWhat is asked: which columns`, guess.inputs.join(', '), unknown));
    const again = guessColumns(profiles, { ...given, inputs });
    const answer =
      given.answer ?? columnsIn(await questions.ask('The right answer: which column', again.answer.join(', '), unknown));
    const columns = answer.flatMap((name) => profiles.find((profile) => profile.name === name) ?? []);
    const kindFault = (typed: string): string =>
      plannedKinds.some((kind) => kind === typed) ? '' : `one of ${plannedKinds.join(', ')}`;
    const typed =
      given.kind ??
      (await questions.ask(`How answers are judged (${plannedKinds.join(', ')})`, guessKind(columns, again.options), kindFault));
    const kind = plannedKinds.find((each) => each === typed);
    const decided = { ...given, inputs, answer, ...(kind !== undefined && { kind }) };
    const task =
      given.task ?? (await questions.ask('What the task is, in a sentence', planScaffold(looked, decided, folder).task));
    const models = given.models ?? (await askModels(questions));
    return { ...decided, task, ...(models !== undefined && { models }) };
  } finally {
    questions.close();
  }
}

async function askModels(questions: Questions): Promise<InitChoices['models']> {
  const web = (typed: string): string =>
    typed === '' || /^https?:\/\/./.test(typed) ? '' : 'an address such as http://localhost:8000/v1';
  const baseUrl = await questions.ask('Address of your model server (Enter: the simulated model answers)', '', web);
  if (baseUrl === '') return undefined;
  const some = (typed: string): string => (typed === '' ? 'name a model' : '');
  const executor = await questions.ask('The model that answers', '', some);
  const optimizer = await questions.ask('The model that proposes workflows', executor, some);
  const keyVariable = await questions.ask('The environment variable with its key, by name (Enter: none)', '');
  return { baseUrl, executor, optimizer, keyVariable: keyVariable === '' ? undefined : keyVariable };
}

function columnsIn(typed: string): readonly string[] {
  return typed
    .split(',')
    .map((column) => column.trim())
    .filter((column) => column !== '');
}

function described({ name, values, filled }: ColumnProfile): string {
  const first = (values[0] ?? '').replace(/\s+/g, ' ');
  const shown = first.length > shownLength ? `${first.slice(0, shownLength)}…` : first;
  return `  ${name}: ${filled} filled, ${values.length} different, such as ${JSON.stringify(shown)}`;
}
