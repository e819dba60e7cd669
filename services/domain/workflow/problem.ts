import type { WorkflowRule } from './rules.ts';
import { WholeDouble } from './whole-double.ts';
import type { WorkflowProblem } from './workflow.ts';

export type Report = (step: string, field: string, rule: WorkflowRule, message: string) => void;

/** Keeps each problem once, in the order in which they were found. */
export function problemCollector(): { readonly problems: WorkflowProblem[]; readonly report: Report } {
  const problems: WorkflowProblem[] = [];
  const report: Report = (step, field, rule, message) => {
    const known = problems.some((other) => other.step === step && other.field === field && other.message === message);
    if (!known) problems.push({ step, field, rule, message });
  };
  return { problems, report };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WholeDouble);
}

/** What a decoded value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  return isObject(value) ? 'an object' : String(value);
}
