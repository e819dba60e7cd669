/**
 * The workflow language in as few tokens as an 8B model needs to write it without errors. docs/workflows.md is for people; the
 * example is parsed in a test, so it cannot go stale.
 */
export const languageReference = `A workflow begins with "workflow: 1" and has "prompts" (texts by name) and "steps" (run in order). Step kinds:
- call: runs an operator. id names its outputs; "with" gives its inputs.
- set: names a value: {id: best, set: "{{ draft.response }}"}. It may be set again later.
- parallel: N runs its steps N times at once; id names the list of what "yield" gives.
- map: "{{ list }}" runs its steps for each item, at most "max" times, the item named by "as"; with id and "yield" like parallel.
- if: "condition" with "then" and, if needed, "else" lists of steps.
- loop: N repeats its steps at most N times while the condition in "while" holds (checked before each pass).
- return: ends the workflow with the answer. Every path ends in one, but never inside parallel or map.
Texts hold {{ expression }}; expressions and conditions are CEL: query.<field>, <id>.<output>, list[0], size(list), ==, &&, !, ? :.
A text that is only "{{ drafts }}" stays a list. An input of type prompt is the name of an entry of prompts.
Bounds (parallel, max, loop) are whole numbers from 1 to 20. Quote every text that holds {{ }} or a colon.`;

/** The same for a model that writes under a JSON schema, in the form of json-form.ts. */
export const jsonLanguageReference = languageReference
  .replace(
    'A workflow begins with "workflow: 1" and has "prompts" (texts by name) and "steps" (run in order).',
    'A workflow is an object with "workflow": 1, "prompts" (a list, each with "name" and "text"), "steps" (run in order) and "return" (the answer, once the steps are done).',
  )
  .replace(
    '- return: ends the workflow with the answer. Every path ends in one, but never inside parallel or map.',
    '- return: ends the workflow early with an answer, from inside if or loop, but never inside parallel or map.',
  )
  .replace('{id: best, set: "{{ draft.response }}"}', '{"id": "best", "set": "{{ draft.response }}"}')
  .replace(' Quote every text that holds {{ }} or a colon.', ' The condition of a loop that has none is "true".');

/** A workflow that uses most of the language and is a reasonable one too. */
export function languageExample(field: string): string {
  return `workflow: 1
prompts:
  solve: |-
    Solve the problem step by step, then check each step.
    End with the final answer.
  second_look: |-
    Solve the problem by a method other than equations. End with the final answer.
steps:
  - id: drafts
    parallel: 3
    steps:
      - id: draft
        call: custom
        with: {instruction: solve, input: "{{ query.${field} }}"}
    yield: "{{ draft.response }}"
  - id: other
    call: custom
    with: {instruction: second_look, input: "{{ query.${field} }}"}
  - id: vote
    call: sc_ensemble
    with: {problem: "{{ query.${field} }}", solutions: "{{ drafts + [other.response] }}"}
  - return: "{{ vote.response }}"`;
}
