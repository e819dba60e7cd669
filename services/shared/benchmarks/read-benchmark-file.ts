import { dirname, resolve } from 'node:path';
import type { Query } from '../../domain/benchmark.ts';
import { scorerIn } from '../../domain/scoring/own-scorer.ts';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { type ParsedSettings, parseSettings } from '../settings/parse-settings.ts';
import { isGroup, sortedText } from '../settings/sorted-text.ts';
import type { BenchmarkDefinition } from './benchmark-definition.ts';
import { BenchmarkError } from './benchmark-error.ts';
import { type BenchmarkFileSettings, benchmarkFileSchema } from './benchmark-file-schema.ts';
import { listsAsTexts } from './lists-as-texts.ts';
import { queryOfRow } from './queries-of-rows.ts';
import { readRows } from './read-rows.ts';
import { type ReadScorers, readScorers } from './read-scorers.ts';
import { readTextFile } from './read-text-file.ts';
import { readWorkflowFile, readWorkflowText } from './read-workflow-file.ts';
import { singleCallWorkflow } from './single-call-workflow.ts';
import { fileOf, rowsOfSplit, type SplitRule, splitsOf } from './split-rule.ts';
import { splitRuleOf } from './split-rule-of-file.ts';

type Parsed = ParsedSettings<BenchmarkFileSettings, BenchmarkError>;

/**
 * A user's own benchmark: everything about it is in one YAML file, or in files that it names.
 * @throws BenchmarkError with one sentence that names the file, the field and the rule
 * @throws WorkflowFileError for its initial workflow
 */
export async function readBenchmarkFile(path: string): Promise<BenchmarkDefinition> {
  const text = await readTextFile(path, 'name an existing benchmark file');
  const parsed = parseSettings(text, {
    schemaOf: () => benchmarkFileSchema,
    what: 'a benchmark file',
    refuse: ({ line }, message, options) =>
      new BenchmarkError('bad-file', `${path}${line === undefined ? '' : `:${line}`}: ${message}`, options),
  });
  const { settings } = parsed;
  const rule = splitRuleOf(parsed, dirname(path));
  const inputs = inputsOf(parsed);
  const scoring = await readScorers(parsed, path);
  if (Object.keys(scoring.scorers).length === 0) throw parsed.error('scorers', 'scorers must name at least one scorer');
  const initialWorkflow = await initialWorkflowOf(parsed, inputs, path);
  return {
    name: settings.name,
    description: settings.description,
    answerFormat: settings.answer_format,
    inputs,
    operators: settings.operators,
    splits: splitsOf(rule),
    ...scoring,
    initialWorkflow,
    file: resolve(path),
    written: writtenBenchmark(parsed, scoring, initialWorkflow),
    loadSplit: async (split) => {
      const queries = await loadQueries(settings, rule, scoring, split);
      return { queries, warnings: listsAsTexts(queries) };
    },
  };
}

/**
 * The content of the files that it names replaces their paths, and the queries, which have an identity of their own, are left
 * out.
 */
function writtenBenchmark({ written, settings }: Parsed, { ownScorers }: ReadScorers, initialWorkflow: Workflow): string {
  const {
    file: _,
    files: __,
    split: ___,
    id: ____,
    reference: _____,
    initial_workflow,
    ...said
  } = isGroup(written) ? written : {};
  const attached = Object.values(ownScorers).flatMap(({ options }) =>
    Object.values(options).flatMap((option) => (typeof option === 'object' && 'text' in option ? [option.text] : [])),
  );
  return sortedText({
    ...said,
    fields: Object.keys(settings.fields),
    attached,
    workflow: initial_workflow === undefined ? undefined : canonicalHash(initialWorkflow),
  });
}

/** The fields that a workflow may read; the others are for scorers. */
function inputsOf({ settings, error }: Parsed): readonly string[] {
  const fields = Object.keys(settings.fields);
  if (fields.length === 0) throw error('fields', 'fields must map at least one field to a column');
  // A user's own scorer finds them next to the fields.
  const reserved = fields.find((field) => field === 'id' || field === 'reference');
  if (reserved !== undefined)
    throw error(`fields.${reserved}`, `fields.${reserved} belongs at the top level of the file, not among the fields`);
  const unknown = settings.inputs?.find((input) => !fields.includes(input));
  if (unknown !== undefined)
    throw error('inputs', `inputs names "${unknown}", which is not among the fields ${fields.join(', ')}`);
  return settings.inputs ?? fields;
}

async function initialWorkflowOf({ settings, error, text }: Parsed, inputs: readonly string[], path: string): Promise<Workflow> {
  const { initial_workflow: given, operators } = settings;
  const surroundings = { operators, inputs };
  if (typeof given === 'string') return readWorkflowFile(resolve(dirname(path), given), surroundings);
  if (given !== undefined) return readWorkflowText(text(['initial_workflow']), `${path}, initial_workflow`, surroundings);
  if (operators.includes('custom')) return singleCallWorkflow(questionTemplate(inputs));
  throw error(
    'initial_workflow',
    'initial_workflow is missing: without the operator custom, a search cannot start from a single call',
  );
}

function questionTemplate(inputs: readonly string[]): string {
  const [only, ...others] = inputs;
  if (others.length === 0) return `{{ query.${only} }}`;
  return inputs.map((field) => `${field}:\n{{ query.${field} }}`).join('\n\n');
}

async function loadQueries(
  settings: BenchmarkFileSettings,
  rule: SplitRule,
  scoring: ReadScorers,
  split: string,
): Promise<Query[]> {
  const file = fileOf(rule, split);
  const rows = rowsOfSplit(rule, split, await readRows(file, `the benchmark ${settings.name} names it`));
  if (rows.length === 0) throw new BenchmarkError('empty-split', `${file} holds no rows for the split ${split}`);
  const map = { fields: settings.fields, id: settings.id, reference: settings.reference };
  const prefix = rule.kind === 'files' ? `${settings.name}-${split}` : settings.name;
  const judges = Object.keys(scoring.scorers).map((name) => ({ name, scorer: scorerIn(scoring, scoring.scorers[name] ?? name) }));
  return rows.map((row) => {
    const query = queryOfRow(row, map, prefix);
    for (const { name, scorer } of judges) {
      const fault = faultOf(scorer, query);
      if (fault !== '')
        throw new BenchmarkError('bad-field', `${row.place}: the scorer ${name} cannot judge this query: ${fault}`);
    }
    return query;
  });
}

function faultOf(scorer: ReturnType<typeof scorerIn>, query: Query): string {
  const { rightAnswers = [] } = query;
  if (rightAnswers.length === 0 || scorer.takesSeveral === true) return scorer.faultOf?.(query) ?? '';
  return `its reference is a list of ${rightAnswers.length} answers, and this scorer takes one: give it one, or use a scorer that takes any answer of a list as right (exact-match, contains, token-f1, number, pattern), or one of your own (python)`;
}
