/** The rules of the workflow language, by the names under which a broken one is reported. */
export const ruleTexts = {
  // the form of the text
  'wrong-type': 'A field has the type that the language gives it: text, a whole number, a list of steps.',
  'unknown-field': 'Only the fields of the language are allowed.',
  'missing-field': 'A required field is present.',
  'unsupported-version': 'The text is written in language version 1.',
  'step-kind': 'A step is exactly one of call, set, parallel, map, if, loop and return.',
  'invalid-name': 'A name begins with a letter, has letters, digits and underscores only, and is not reserved.',
  'missing-bound': 'A loop and a map state their maximum.',
  'out-of-range': 'parallel, max and loop are whole numbers from 1 to 20.',
  'empty-steps': 'A list of steps has at least one step (`else` may be left out).',
  'too-large': 'At most 100 steps, nested at most 8 deep; texts of at most 20000 characters.',
  // templates and expressions
  'expression-syntax': 'The text in {{ }} or in a condition is a CEL expression.',
  'unknown-name': 'An expression uses query and the ids of earlier steps.',
  'unassigned-name': 'A name has a value on every path to the step that uses it.',
  'unknown-query-field': 'query has the fields of the benchmark.',
  'unknown-output': 'A field of a result is one of the outputs of its operator.',
  'unknown-function': "A function is one of CEL's, its macros or its strings extension.",
  'type-mismatch': 'A value has the type that is needed where it is used.',
  'index-range': 'An index is at least 0, and within the list if its length is known.',
  'unfilled-reference': 'A reference to a value is written in {{ }}: single braces, other templates and bare names are text.',
  // calls
  'unknown-operator': 'A call names an operator that the benchmark allows.',
  'unknown-input': 'with has only inputs of the operator.',
  'missing-input': 'with has every input that the operator needs.',
  'unknown-prompt': 'An input of type prompt is the name of a prompt of this workflow.',
  // names
  'duplicate-id': 'Two steps of one list share an id only if both are set steps.',
  'shadowed-name': 'Inside parallel and map, a new name differs from every name outside.',
  'changed-type': 'A name keeps the type of its first value.',
  // flow
  'missing-return': 'Every path ends in a return.',
  'misplaced-return': 'A return is outside parallel and map.',
  'unreachable-step': 'No step follows one that always returns.',
  'missing-yield': 'parallel and map have a yield, or end in a step with an id.',
  'unread-query': 'The answer depends on the query.',
  // bounds
  'call-limit': 'The most model calls that the workflow can make are within the limit for one query.',
  'step-limit': 'The most steps that the workflow can run through are at most 10000.',
} as const;

export type WorkflowRule = keyof typeof ruleTexts;

/** The smallest and largest value of parallel, max and loop. */
export const repetitionRange = { least: 1, most: 20 } as const;

export const sizeLimits = {
  steps: 100,
  depth: 8,
  /** Characters of a template or an expression. */
  text: 20_000,
  /** Steps that one execution can run through: nested loops without calls cost nothing but time. */
  executedSteps: 10_000,
} as const;
