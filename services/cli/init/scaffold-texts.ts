import { stringify } from 'yaml';
import type { AnswerKind } from '../../shared/benchmarks/benchmark-file/answer-options.ts';
import type { AnswerPlan } from './plan-benchmark.ts';

/** Everything that is decided about the two files that are written. */
export interface Scaffold {
  readonly name: string;
  /** What the task is, for the optimizer. */
  readonly task: string;
  /** Relative to the benchmark file. */
  readonly dataFile: string;
  /** Column by query field. */
  readonly fields: Readonly<Record<string, string>>;
  readonly reference: readonly string[];
  readonly options:
    | { readonly of: readonly string[]; readonly labels: string | undefined; readonly answer: AnswerKind }
    | undefined;
  readonly answer: AnswerPlan;
  readonly separator: string | undefined;
  readonly split: Readonly<Record<string, unknown>>;
  /** Columns that nothing reads. */
  readonly leftOut: readonly string[];
  readonly skipsEmpty: boolean;
  readonly dropsDuplicates: boolean;
  /** Undefined: the simulated model answers. */
  readonly models: ScaffoldModels | undefined;
}

export interface ScaffoldModels {
  readonly baseUrl: string;
  readonly executor: string;
  readonly optimizer: string;
  readonly keyVariable: string | undefined;
}

/** @param schema where the file's JSON schema is, relative to it */
export function benchmarkText(scaffold: Scaffold, schema: string): string {
  const { name, task, dataFile, fields, reference, options, answer, split } = scaffold;
  const one = <T>(list: readonly T[]): T | readonly T[] | undefined => (list.length === 1 ? list[0] : list);
  const optionGroup = options && {
    of: one(options.of),
    answer: options.answer,
    ...(options.labels !== undefined && { labels: options.labels }),
  };
  return [
    modeline(schema),
    `# A benchmark: what is asked, what is right, and how an answer is judged. docs/benchmarks.md has every key.`,
    `name: ${flow(name)}`,
    `# Say what the task is, as you would to a person: the optimizer reads it, and the answer's format.`,
    `description: ${flow(task)}`,
    `answer_format: ${flow(answer.format)}`,
    `file: ${flow(dataFile)}`,
    ...(scaffold.separator === undefined ? [] : [`format: ${flow({ separator: scaffold.separator })}`]),
    ...(scaffold.skipsEmpty ? ['empty: skip # rows without an input or a right answer are left out'] : []),
    ...(scaffold.dropsDuplicates ? ['duplicates: drop # of rows that ask the same, only the first is kept'] : []),
    `split: ${flow(split)} # the search runs on validate; test is for checking what it found`,
    `fields: ${flow(fields)} # what a workflow reads, as query.<field>: column`,
    `reference: ${flow(one(reference))} # the column of the right answer, which only scorers see`,
    ...(optionGroup === undefined ? [] : [`options: ${flow(optionGroup)}`]),
    'scorers: # the first decides; the others are reported beside it',
    ...Object.entries(answer.scorers).map(([scorer, kind]) => `  ${scorer}: ${flow(kind)}`),
    'initial_workflow: # where the search starts',
    '  workflow: 1',
    '  name: one-call',
    '  steps:',
    `    - { id: answer, call: custom, with: { input: ${quoted(firstPrompt(scaffold))} } }`,
    '    - return: "{{ answer.response }}"',
    '',
  ].join('\n');
}

export function runText({ name, models }: Scaffold, benchmarkFile: string, schema: string): string {
  return [
    modeline(schema),
    '# A search for a good workflow on the benchmark. docs/run-file.md has every setting.',
    `name: ${flow(name)}`,
    'seed: 1',
    `benchmark: ${flow(benchmarkFile)}`,
    ...(models === undefined ? simulatedLines : modelLines(models)),
    '',
  ].join('\n');
}

function modeline(schema: string): string {
  return `# yaml-language-server: $schema=${schema}`;
}

const simulatedLines = [
  '# No model is named, so a simulated one answers: it shows how everything works at no cost, and its scores are not results.',
  '# With a server of yours (OpenAI-compatible), and its key in the environment variable that is named:',
  '# models:',
  '#   executor: { endpoint: mine, model: MODEL }',
  '#   optimizer: { endpoint: mine, model: MODEL }',
  '# endpoints:',
  '#   mine: { base_url: "http://localhost:8000/v1", api_key_variable: MY_KEY }',
];

function modelLines({ baseUrl, executor, optimizer, keyVariable }: ScaffoldModels): readonly string[] {
  const endpoint = { base_url: baseUrl, ...(keyVariable !== undefined && { api_key_variable: keyVariable }) };
  return [
    'models:',
    `  executor: ${flow({ endpoint: 'mine', model: executor })} # answers the queries`,
    `  optimizer: ${flow({ endpoint: 'mine', model: optimizer })} # proposes workflows`,
    'endpoints:',
    `  mine: ${flow(endpoint)}`,
  ];
}

function firstPrompt({ task, fields, options, answer }: Scaffold): string {
  const names = [...Object.keys(fields), ...(options === undefined ? [] : ['options'])];
  const shown =
    names.length === 1 ? `{{ query.${names[0]} }}` : names.map((field) => `${field}:\n{{ query.${field} }}`).join('\n\n');
  // What people write must not be read as a template.
  const literal = (text: string): string => text.replaceAll('{{', '{ {');
  return `${literal(task)}\n${literal(answer.format)}\n\n${shown}`;
}

/** In one line, quoted where YAML needs it. */
function flow(value: unknown): string {
  const text = stringify([value], { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
  return text.slice(1, -1);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
