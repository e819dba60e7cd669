import { suggestion } from '../names/near-name.ts';
import { parseSteps, scalarTemplate } from './parse-step.ts';
import type { Report } from './problem.ts';
import { isObject, kindOf, problemCollector } from './problem.ts';
import { sizeLimits } from './rules.ts';
import { namePattern } from './step-forms.ts';
import { WholeDouble } from './whole-double.ts';
import type { Step, Workflow, WorkflowProblem } from './workflow.ts';
import { languageVersion } from './workflow.ts';

export type ParsedWorkflow =
  | { readonly ok: true; readonly workflow: Workflow }
  | { readonly ok: false; readonly problems: readonly WorkflowProblem[] };

const fields = ['workflow', 'name', 'description', 'prompts', 'steps'];

/**
 * Reads the text form, decoded from YAML or JSON. All problems with its form are found at once; validateWorkflow finds whatever
 * else would keep it from running.
 */
export function parseWorkflow(document: unknown): ParsedWorkflow {
  const { problems, report } = problemCollector();
  if (!isObject(document)) {
    report('', '', 'wrong-type', `a workflow is an object with the fields ${fields.join(', ')}, and this is ${kindOf(document)}`);
    return { ok: false, problems };
  }
  for (const field of Object.keys(document))
    if (!fields.includes(field))
      report('', field, 'unknown-field', `a workflow has no field "${field}": ${suggestion(field, fields)}`);
  checkVersion(document.workflow, report);
  const workflow: Workflow = {
    name: line(document.name, 'name', report),
    description: line(document.description, 'description', report),
    prompts: parsePrompts(document.prompts, report),
    steps: parseSteps(document.steps, { place: 'steps', owner: '', field: 'steps', depth: 1 }, report),
  };
  if (countSteps(workflow.steps) > sizeLimits.steps)
    report(
      '',
      'steps',
      'too-large',
      `the workflow has more than ${sizeLimits.steps} steps; use parallel, map or loop to repeat some`,
    );
  return problems.length > 0 ? { ok: false, problems } : { ok: true, workflow };
}

function countSteps(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + 1 + bodies(step).reduce((inner, body) => inner + countSteps(body), 0), 0);
}

/** The lists of steps inside a step. */
function bodies(step: Step): readonly (readonly Step[])[] {
  if (step.kind === 'if') return [step.then, step.else];
  return 'steps' in step ? [step.steps] : [];
}

function checkVersion(version: unknown, report: Report): void {
  if (version === undefined)
    report('', 'workflow', 'missing-field', `the language version is missing: write workflow: ${languageVersion}`);
  else if (version !== languageVersion && !(version instanceof WholeDouble && version.value === languageVersion))
    report(
      '',
      'workflow',
      'unsupported-version',
      `language version ${JSON.stringify(version)} is not known: write workflow: ${languageVersion}`,
    );
}

function line(value: unknown, field: string, report: Report): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  report('', field, 'wrong-type', `${field} must be a text, and is ${kindOf(value)}`);
  return '';
}

function parsePrompts(value: unknown, report: Report): Record<string, string> {
  const prompts: Record<string, string> = {};
  if (value === undefined || value === null) return prompts;
  if (!isObject(value)) {
    report('', 'prompts', 'wrong-type', `prompts must be an object of texts by name, and is ${kindOf(value)}`);
    return prompts;
  }
  for (const [name, prompt] of Object.entries(value)) {
    const place = `prompts.${name}`;
    if (!new RegExp(namePattern).test(name))
      report(
        place,
        '',
        'invalid-name',
        `"${name}" is not a valid name for a prompt: use letters, digits and underscores, a letter first`,
      );
    prompts[name] = scalarTemplate(prompt, place, '', report);
  }
  return prompts;
}
