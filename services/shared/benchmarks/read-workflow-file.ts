import { readFile } from 'node:fs/promises';
import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { selectOperators } from '../../domain/operators/registry.ts';
import { validateWorkflow } from '../../domain/workflow/check/validate-workflow.ts';
import { decodeYaml, YamlError } from '../../domain/workflow/decode-yaml.ts';
import { parseWorkflow } from '../../domain/workflow/parse-workflow.ts';
import type { Workflow, WorkflowProblem } from '../../domain/workflow/workflow.ts';
import { whyUnread } from '../errors/file-error.ts';
import { EncodingError, utf8Text } from '../settings/utf8-text.ts';

/** What a workflow is checked against: a benchmark's operators and fields. */
export type WorkflowSurroundings = Pick<Benchmark, 'operators' | 'inputs'>;

/** A workflow file that cannot be used, with everything that is wrong with it; the message has one line per problem. */
export class WorkflowFileError extends ScaleError {
  readonly kind = 'bad-input';
  readonly file: string;
  /** Where the text is not YAML or JSON, from 1. */
  readonly line: number | undefined;
  /** Empty if the file could not be read or decoded. */
  readonly problems: readonly WorkflowProblem[];

  constructor(
    place: { file: string; line?: number },
    message: string,
    problems: readonly WorkflowProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.file = place.file;
    this.line = place.line;
    this.problems = problems;
  }
}

/**
 * Reads and checks a workflow file, YAML or JSON.
 * @param maxCalls most model calls for one query; without it, there is no limit
 * @throws WorkflowFileError
 */
export async function readWorkflowFile(file: string, surroundings: WorkflowSurroundings, maxCalls?: number): Promise<Workflow> {
  let text: string;
  try {
    text = utf8Text(await readFile(file));
  } catch (cause) {
    if (cause instanceof EncodingError)
      throw new WorkflowFileError({ file, line: cause.line }, `${file}: ${cause.message}.`, [], { cause });
    throw new WorkflowFileError({ file }, `${file}: ${whyUnread(cause, 'workflow file')}.`, [], { cause });
  }
  return readWorkflowText(text, file, surroundings, maxCalls);
}

/**
 * Reads and checks a workflow's text.
 * @param file what to call it in messages
 * @throws WorkflowFileError
 */
export function readWorkflowText(text: string, file: string, surroundings: WorkflowSurroundings, maxCalls?: number): Workflow {
  const refuse = (problems: readonly WorkflowProblem[]) =>
    new WorkflowFileError({ file }, problemLines(file, problems), problems);
  const parsed = parseWorkflow(decoded(text, file));
  if (!parsed.ok) throw refuse(parsed.problems);
  const problems = validateWorkflow(parsed.workflow, {
    operators: selectOperators(surroundings.operators),
    queryFields: surroundings.inputs,
    ...defined({ maxCalls }),
  });
  if (problems.length > 0) throw refuse(problems);
  return parsed.workflow;
}

function decoded(text: string, file: string): unknown {
  try {
    return decodeYaml(text);
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new WorkflowFileError({ file, line: cause.line }, `${file}: not valid YAML or JSON: ${cause.message}.`, [], { cause });
  }
}

/** One line per problem: the file, the step, the field, the rule, and what would be right. */
function problemLines(file: string, problems: readonly WorkflowProblem[]): string {
  return problems
    .map(({ step, field, rule, message }) => {
      const place = [step, field].filter((part) => part !== '').join(', ');
      return `${file}: ${place === '' ? '' : `${place}: `}${message} [${rule}]`;
    })
    .join('\n');
}
