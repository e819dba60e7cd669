import { dirname, resolve } from 'node:path';
import { canonicalHash } from '../../../domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../../domain/workflow/workflow.ts';
import { type ParsedSettings, parseSettings } from '../../settings/parse-settings.ts';
import { isGroup, sortedText } from '../../settings/sorted-text.ts';
import type { BenchmarkDefinition } from '../benchmark-definition.ts';
import { BenchmarkError } from '../benchmark-error.ts';
import { readTextFile } from '../read-text-file.ts';
import { readWorkflowFile, readWorkflowText } from '../read-workflow-file.ts';
import { singleCallWorkflow } from '../single-call-workflow.ts';
import { type BenchmarkFileSettings, benchmarkFileSchema } from './benchmark-file-schema.ts';
import { listsAsTexts } from './lists-as-texts.ts';
import { createQueryLoader } from './load-queries.ts';
import type { FieldMap } from './queries-of-rows.ts';
import { type ReadScorers, readScorers } from './read-scorers.ts';
import { splitsOf } from './split-rule.ts';
import { listOf, splitRuleOf } from './split-rule-of-file.ts';

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
    hasExtensions: true,
    refuse: ({ line }, message, options) => new BenchmarkError('bad-file', placed(path, line, message), options),
    refuseAll: (faults) => {
      const sentences = faults.map(({ line, message }) => placed(path, line, message));
      return new BenchmarkError(
        'bad-file',
        [`${path}: ${faults.length} faults`, ...sentences.map((one) => `  ${one}`)].join('\n'),
        {
          sentences,
        },
      );
    },
  });
  const { settings } = parsed;
  const rule = splitRuleOf(parsed, dirname(path));
  const inputs = inputsOf(parsed);
  const scoring = await readScorers(parsed, path);
  if (Object.keys(scoring.scorers).length === 0) throw parsed.error('scorers', 'scorers must name at least one scorer');
  const initialWorkflow = await initialWorkflowOf(parsed, inputs, path);
  const loadQueries = createQueryLoader({ settings, rule, scoring, map: fieldMapOf(parsed, inputs) });
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
      const { queries, warnings } = await loadQueries(split);
      return { queries, warnings: [...warnings, ...listsAsTexts(queries)] };
    },
  };
}

function placed(path: string, line: number | undefined, message: string): string {
  return `${path}${line === undefined ? '' : `:${line}`}: ${message}`;
}

function fieldMapOf({ settings, error }: Parsed, inputs: readonly string[]): FieldMap {
  const { fields, id, reference, options, empty } = settings;
  const own = { fields, inputs: inputs.filter((input) => input in fields), id, skipsEmpty: empty === 'skip' };
  const map = { ...own, reference: listOf(reference), options: undefined };
  if (options === undefined) return map;
  if (reference === undefined) throw error('options', 'options need a `reference`: the column that says which of them is right');
  if ((options.of === undefined) === (options.list === undefined)) {
    throw error(
      'options',
      'options must be named once: `of` with the columns that hold them, or `list` if all rows have the same',
    );
  }
  if (options.list !== undefined && options.labels !== undefined) {
    throw error('options.labels', "options.labels is a column with the labels of a row's own options: it needs `of`");
  }
  const { list = [], labels, answer, field } = options;
  return { ...map, options: { of: listOf(options.of), list, labels, answer, field } };
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
    format: ______,
    empty: _______,
    duplicates: ________,
    options: _________,
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
  const { options } = settings;
  const shown = options?.of === undefined ? [] : [options.field];
  const twice = shown.find((field) => field in settings.fields);
  if (twice !== undefined) throw error('options.field', `options.field is "${twice}", which is among the fields already`);
  const fields = [...Object.keys(settings.fields), ...shown];
  if (Object.keys(settings.fields).length === 0) throw error('fields', 'fields must map at least one field to a column');
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
