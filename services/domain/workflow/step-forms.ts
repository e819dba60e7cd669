/** What a field of a step holds. */
export type StepFieldForm =
  | 'name'
  | 'operator'
  | 'inputs'
  | 'repetitions'
  | 'template'
  | 'condition'
  | 'steps'
  | 'branch'
  | 'other';

/**
 * The kinds of steps, each by the field that says what it is, with all of its fields. `branch` is a list of steps that cannot
 * return; `other`, one that may be left out. The parser and the JSON schema both come from this table.
 */
export const stepForms = {
  call: { id: 'name', call: 'operator', with: 'inputs' },
  set: { id: 'name', set: 'template' },
  parallel: { id: 'name', parallel: 'repetitions', steps: 'branch', yield: 'template' },
  map: { id: 'name', map: 'template', as: 'name', max: 'repetitions', steps: 'branch', yield: 'template' },
  if: { if: 'condition', then: 'steps', else: 'other' },
  loop: { loop: 'repetitions', while: 'condition', steps: 'steps' },
  return: { return: 'template' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, StepFieldForm>>>>;

export type StepKind = keyof typeof stepForms;

export const stepKinds = Object.keys(stepForms) as StepKind[];

/** Of prompts and, apart from reserved words, of steps. Anchored, and in a form that every server's grammar reads. */
export const namePattern = '^[A-Za-z][A-Za-z0-9_]{0,63}$';
