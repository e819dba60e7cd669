import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operators } from '../../../../../services/domain/operators/registry.ts';
import { validateWorkflow } from '../../../../../services/domain/workflow/check/validate-workflow.ts';
import { parseWorkflow } from '../../../../../services/domain/workflow/parse-workflow.ts';
import { ruleTexts } from '../../../../../services/domain/workflow/rules.ts';
import { WholeDouble } from '../../../../../services/domain/workflow/whole-double.ts';
import { arbitraryWorkflow } from '../../../../support/arbitrary-workflow.ts';

const question = '{{query.question}}';
const call = (id: string, operator = 'custom', inputs: object = { input: question }) => ({ id, call: operator, with: inputs });
const answer = call('answer');
const end = { return: '{{answer.response}}' };

/** What is wrong with a workflow of these steps, as "step | field | rule". */
function problemsOf(steps: unknown, more: object = {}, maxCalls = 20): string[] {
  return allProblems({ workflow: 1, steps, ...more }, maxCalls).map(({ step, field, rule }) => `${step} | ${field} | ${rule}`);
}

function allProblems(document: unknown, maxCalls = 20) {
  const parsed = parseWorkflow(document);
  if (!parsed.ok) return parsed.problems;
  return validateWorkflow(parsed.workflow, { operators, queryFields: ['question', 'context'], maxCalls });
}

const drafts = { id: 'p', parallel: 3, steps: [answer], yield: '{{answer.response}}' };

const nested = (depth: number): unknown => (depth === 0 ? { id: 'x', set: 'x' } : { if: 'true', then: [nested(depth - 1)] });

/** One broken workflow or more for each rule: steps, what is reported, and the fields beside steps. */
const broken: readonly [rule: keyof typeof ruleTexts, steps: unknown, reported: string[], more?: object][] = [
  ['wrong-type', ['answer'], ['steps[0] |  | wrong-type']],
  ['wrong-type', [{ id: 7, call: 'custom' }, end], ['steps[0] | id | wrong-type']],
  ['wrong-type', [{ id: 'answer', call: 'custom', with: [question] }, end], ['answer | with | wrong-type']],
  ['wrong-type', [{ return: { '{ answer }': null } }], ['steps[0] | return | wrong-type']],
  ['wrong-type', { answer }, [' | steps | wrong-type']],
  ['wrong-type', [answer, end], [' | prompts | wrong-type'], { prompts: ['solve'] }],
  ['wrong-type', [answer, end], ['prompts.solve |  | wrong-type'], { prompts: { solve: ['a', 'b'] } }],
  ['wrong-type', [answer, end], [' | name | wrong-type'], { name: 3 }],
  ['unknown-field', [{ ...answer, inputs: {} }, end], ['answer | inputs | unknown-field']],
  ['unknown-field', [answer, end], [' | step | unknown-field'], { step: [] }],
  ['missing-field', [{ call: 'custom', with: { input: question } }, { return: 'x' }], ['steps[0] | id | missing-field']],
  ['missing-field', undefined, [' | steps | missing-field']],
  ['missing-field', [answer, end], [' | workflow | missing-field'], { workflow: undefined }],
  ['unsupported-version', [answer, end], [' | workflow | unsupported-version'], { workflow: 2 }],
  ['step-kind', [{ id: 'answer', operator: 'custom' }], ['answer |  | step-kind']],
  ['step-kind', [{ id: 'a', set: 'x', return: 'x' }], ['a |  | step-kind']],
  ['invalid-name', [{ id: 'my answer', set: 'x' }, { return: 'x' }], ['my answer | id | invalid-name']],
  ['invalid-name', [{ id: 'query', set: 'x' }, { return: 'x' }], ['query | id | invalid-name']],
  ['invalid-name', [answer, end], ['prompts.step one |  | invalid-name'], { prompts: { 'step one': 'x' } }],
  ['missing-bound', [{ loop: 'forever', steps: [answer] }], ['steps[0] | loop | missing-bound']],
  ['missing-bound', [{ id: 'm', map: '{{x}}', steps: [answer] }], ['m | max | missing-bound']],
  ['out-of-range', [{ id: 'p', parallel: 0, steps: [answer] }], ['p | parallel | out-of-range']],
  ['out-of-range', [{ id: 'p', parallel: 2.5, steps: [answer] }], ['p | parallel | out-of-range']],
  ['out-of-range', [{ loop: 21, steps: [answer] }], ['steps[0] | loop | out-of-range']],
  ['empty-steps', [], [' | steps | empty-steps']],
  ['empty-steps', [{ if: 'true', then: [] }], ['steps[0] | then | empty-steps']],
  ['too-large', [nested(9), { return: 'x' }], [`steps[0]${'.then[0]'.repeat(7)} | then | too-large`]],
  [
    'too-large',
    [...Array.from({ length: 101 }, (_, n) => ({ id: `s${n}`, set: 'x' })), { return: 'x' }],
    [' | steps | too-large'],
  ],
  ['too-large', [{ return: 'x'.repeat(20_001) }], ['steps[0] | return | too-large']],
  ['expression-syntax', [answer, { return: '{{answer.response' }], ['steps[1] | return | expression-syntax']],
  ['expression-syntax', [answer, { if: 'a and b', then: [end] }, end], ['steps[1] | if | expression-syntax']],
  ['expression-syntax', [answer, end], ['prompts.solve |  | expression-syntax'], { prompts: { solve: '{{1 +}}' } }],
  ['expression-syntax', [{ return: '{{b"x"}}' }], ['steps[0] | return | expression-syntax']],
  ['unknown-name', [answer, { return: '{{anwser.response}}' }], ['steps[1] | return | unknown-name']],
  ['unassigned-name', [{ id: 'p', parallel: 2, steps: [answer] }, end], ['steps[1] | return | unassigned-name']],
  ['unassigned-name', [{ loop: 2, steps: [answer] }, end], ['steps[1] | return | unassigned-name']],
  [
    'unassigned-name',
    [{ loop: 2, while: 'answer.response == ""', steps: [answer] }, { return: 'x' }],
    ['steps[0] | while | unassigned-name'],
  ],
  ['unknown-query-field', [{ return: '{{query.problem}}' }], ['steps[0] | return | unknown-query-field']],
  ['unknown-output', [answer, { return: '{{answer.answer}}' }], ['steps[1] | return | unknown-output']],
  [
    'unknown-output',
    [{ id: 'p', parallel: 2, steps: [answer] }, { return: '{{p.map(each, each.answer)}}' }],
    ['steps[1] | return | unknown-output'],
  ],
  ['unknown-function', [{ return: '{{query.question.length()}}' }], ['steps[0] | return | unknown-function']],
  ['type-mismatch', [answer, { return: '{{answer}}' }], ['steps[1] | return | type-mismatch']],
  ...[
    `query.question.replace("x")`,
    `"{}".format(query.question)`,
    `"{}".format([query.question])`,
    `"%s and %s".format([query.question])`,
    `string(["x", query.question])`,
    `string(query)`,
    `query.question.substring(1.0)`,
    `query.question.contains(1) ? "x" : "y"`,
    `size(1) > 0 ? query.question : ""`,
  ].map((expression): (typeof broken)[number] => [
    'type-mismatch',
    [{ return: `{{${expression}}}` }],
    ['steps[0] | return | type-mismatch'],
  ]),
  ...[`query.question.matches("((")`, `[query.question].exists(x, x.matches("(?=a)"))`].map(
    (condition): (typeof broken)[number] => [
      'expression-syntax',
      [{ if: condition, then: [{ return: question }] }, { return: 'x' }],
      ['steps[0] | if | expression-syntax'],
    ],
  ),
  ['expression-syntax', [{ return: '{{"100% of %s".format([query.question])}}' }], ['steps[0] | return | expression-syntax']],
  ['index-range', [{ return: '{{query.question.substring(-1)}}' }], ['steps[0] | return | index-range']],
  ['type-mismatch', [answer, { return: 'It is {{answer}}' }], ['steps[1] | return | type-mismatch']],
  ['type-mismatch', [answer, { if: 'answer.response', then: [end] }, end], ['steps[1] | if | type-mismatch']],
  ['type-mismatch', [answer, { return: '{{answer.response.text}}' }], ['steps[1] | return | type-mismatch']],
  ['type-mismatch', [{ return: '{{"n: " + 3}}' }], ['steps[0] | return | type-mismatch']],
  ['type-mismatch', [{ return: '{{query.question * 2}}' }], ['steps[0] | return | type-mismatch']],
  ['type-mismatch', [{ return: '{{query.question[0]}}' }], ['steps[0] | return | type-mismatch']],
  ['type-mismatch', [{ return: '{{query.question.map(c, c)}}' }], ['steps[0] | return | type-mismatch']],
  [
    'type-mismatch',
    [
      call('v', 'review', { problem: 'p', solution: 's' }),
      { if: 'v.passed == "true"', then: [{ return: 'x' }] },
      { return: 'y' },
    ],
    ['steps[1] | if | type-mismatch'],
  ],
  ['type-mismatch', [{ id: 'm', map: 'drafts', max: 2, steps: [answer] }, { return: 'x' }], ['m | map | type-mismatch']],
  [
    'type-mismatch',
    [call('best', 'sc_ensemble', { solutions: question }), { return: 'x' }],
    ['best | with.solutions | type-mismatch'],
  ],
  [
    'type-mismatch',
    [{ id: 'p', parallel: 2, steps: [answer] }, { return: '{{p.response}}' }],
    ['steps[1] | return | type-mismatch'],
  ],
  [
    'type-mismatch',
    [{ id: 'p', parallel: 2, steps: [answer] }, { return: '{{p.join(", ")}}' }],
    ['steps[1] | return | type-mismatch'],
  ],
  [
    'type-mismatch',
    [{ id: 'half', set: '{{double(query.question) / 2}}' }, { return: '{{half}}' }],
    ['half | set | type-mismatch'],
  ],
  [
    'type-mismatch',
    [{ id: 'n', set: new WholeDouble(1) }, { return: '{{n + 1}} {{query.question}}' }],
    ['steps[1] | return | type-mismatch'],
  ],
  ['type-mismatch', [{ return: '{{double(query.question) % 2.0}}' }], ['steps[0] | return | type-mismatch']],
  ['index-range', [drafts, { return: '{{p[3]}}' }], ['steps[1] | return | index-range']],
  ['index-range', [drafts, { return: 'It is {{p[-1]}}' }], ['steps[1] | return | index-range']],
  [
    'index-range',
    [drafts, { id: 'm', map: '{{p + p}}', max: 4, steps: [answer], yield: '{{item}}' }, { return: '{{m[4]}}' }],
    ['steps[2] | return | index-range'],
  ],
  [
    'index-range',
    [drafts, { return: '{{p.map(each, each + "!").filter(each, each != "")[3]}}' }],
    ['steps[1] | return | index-range'],
  ],
  ['index-range', [{ return: '{{query.question.split(": ", 2)[2]}}' }], ['steps[0] | return | index-range']],
  ['index-range', [{ return: '{{[query.question][1]}}' }], ['steps[0] | return | index-range']],
  ['unfilled-reference', [answer, { return: 'answer.response' }], ['steps[1] | return | unfilled-reference']],
  ['unfilled-reference', [answer, { return: 'answer' }], ['steps[1] | return | unfilled-reference']],
  ['unfilled-reference', [answer, { return: '{answer.response}' }], ['steps[1] | return | unfilled-reference']],
  ['unfilled-reference', [answer, { return: 'So \u0024{answer.response}.' }], ['steps[1] | return | unfilled-reference']],
  ['unfilled-reference', [drafts, { return: 'p[0]' }], ['steps[1] | return | unfilled-reference']],
  ['unfilled-reference', [drafts, { return: 'size(p) > 1 ? p[0] : p[1]' }], ['steps[1] | return | unfilled-reference']],
  [
    'unfilled-reference',
    [call('answer', 'custom', { input: '{query.question}' }), end],
    ['answer | with.input | unfilled-reference'],
  ],
  [
    'unfilled-reference',
    [call('answer', 'custom', { input: 'Q: {question}' }), end],
    ['answer | with.input | unfilled-reference'],
  ],
  [
    'unfilled-reference',
    [call('answer', 'custom', { input: 'Q: <query.question>' }), end],
    ['answer | with.input | unfilled-reference'],
  ],
  [
    'unfilled-reference',
    [call('answer', 'custom', { input: 'query.question' }), end],
    ['answer | with.input | unfilled-reference'],
  ],
  [
    'unfilled-reference',
    [call('answer', 'custom', { input: '{% if query.context %}{{query.question}}{% endif %}' }), end],
    ['answer | with.input | unfilled-reference'],
  ],
  [
    'unfilled-reference',
    [answer, { id: 'best', set: '{answer.response.trim()}' }, { return: '{{best}}' }],
    ['best | set | unfilled-reference'],
  ],
  [
    'unfilled-reference',
    [call('answer', 'custom', { input: question, instruction: 'solve' }), end],
    ['answer | with.instruction | unfilled-reference'],
    { prompts: { solve: 'Solve this: {input}' } },
  ],
  [
    'unfilled-reference',
    [call('answer', 'custom', { input: question, instruction: 'solve' }), end],
    ['answer | with.instruction | unfilled-reference'],
    { prompts: { solve: 'Solve \u0024{query.problem}.' } },
  ],
  ['unread-query', [call('answer', 'custom', { input: 'the question' }), end], [' | steps | unread-query']],
  ['unread-query', [answer, { return: '42' }], [' | steps | unread-query']],
  [
    'unread-query',
    [answer, call('other', 'custom', { input: 'Go on.' }), { return: '{{other.response}}' }],
    [' | steps | unread-query'],
  ],
  ['unknown-operator', [call('answer', 'no_such_operator'), end], ['answer | call | unknown-operator']],
  ['unknown-input', [call('answer', 'custom', { input: question, prompt: 'x' }), end], ['answer | with.prompt | unknown-input']],
  ['missing-input', [call('answer', 'custom', {}), end], ['answer | with.input | missing-input']],
  ['missing-input', [{ id: 'answer', call: 'custom' }, end], ['answer | with.input | missing-input']],
  [
    'unknown-prompt',
    [call('answer', 'custom', { input: question, instruction: 'Solve it.' }), end],
    ['answer | with.instruction | unknown-prompt'],
  ],
  [
    'unassigned-name',
    [call('answer', 'custom', { input: question, instruction: 'solve' }), end],
    ['answer | with.instruction | unassigned-name'],
    { prompts: { solve: 'Mend {{answer.response}}' } },
  ],
  [
    'duplicate-id',
    [answer, { id: 'answer', set: 'x' }, { return: 'x' }],
    ['answer | id | changed-type', 'answer | id | duplicate-id'],
  ],
  ['duplicate-id', [answer, answer, end], ['answer | id | duplicate-id']],
  ['shadowed-name', [answer, { id: 'p', parallel: 2, steps: [answer] }, end], ['answer | id | shadowed-name']],
  [
    'shadowed-name',
    [
      answer,
      { id: 'list', set: '{{[1]}}' },
      { id: 'm', map: '{{list}}', as: 'answer', max: 2, steps: [{ id: 'y', set: 'x' }] },
      end,
    ],
    ['m | as | shadowed-name'],
  ],
  [
    'changed-type',
    [{ id: 'n', set: 3 }, { if: 'n > 2', then: [{ id: 'n', set: 'three' }] }, { return: '{{n}}' }],
    ['n | id | changed-type'],
  ],
  ['missing-return', [answer], [' | steps | missing-return']],
  ['missing-return', [answer, { loop: 2, steps: [end] }], [' | steps | missing-return']],
  [
    'misplaced-return',
    [{ id: 'p', parallel: 2, steps: [answer, end] }, { return: 'x' }],
    ['steps[0].steps[1] | return | misplaced-return'],
  ],
  ['unreachable-step', [answer, end, end], ['steps[2] |  | unreachable-step']],
  [
    'unreachable-step',
    [answer, { if: 'true', then: [end], else: [end] }, { id: 'late', set: 'x' }],
    ['late |  | unreachable-step'],
  ],
  [
    'missing-yield',
    [{ id: 'p', parallel: 2, steps: [{ if: 'true', then: [answer] }] }, { return: '{{p.map(each, "x")}}' }],
    ['p | yield | missing-yield'],
  ],
  ['call-limit', [{ id: 'p', parallel: 20, steps: [answer, call('second')] }, { return: question }], [' | steps | call-limit']],
  [
    'step-limit',
    [
      {
        loop: 20,
        steps: [
          {
            loop: 20,
            steps: [
              {
                loop: 20,
                steps: [
                  { id: 'n', set: 'x' },
                  { id: 'm', set: 'y' },
                ],
              },
            ],
          },
        ],
      },
      { return: question },
    ],
    [' | steps | step-limit'],
  ],
];

describe('a broken workflow', () => {
  test.each(broken)('breaks %s, and the step and the field are named (case %#)', (rule, steps, reported, more) => {
    const found = problemsOf(steps, more);
    expect(found.toSorted()).toEqual(reported.toSorted());
    expect(found.some((problem) => problem.endsWith(rule))).toBe(true);
  });

  test('is in the table for every rule of the language', () => {
    expect([...new Set(broken.map(([rule]) => rule))].toSorted()).toEqual(Object.keys(ruleTexts).toSorted());
  });

  test('has all that is wrong with it reported at once', () => {
    const steps = [call('answer', 'custm', { input: '{{query.qestion}}' }), { id: 'n', set: '{{missing}}' }];
    expect(problemsOf(steps)).toEqual([
      'answer | call | unknown-operator',
      'answer | with.input | unknown-query-field',
      'n | set | unknown-name',
      ' | steps | missing-return',
    ]);
  });

  test('is told what would be right', () => {
    const message = (steps: unknown) => allProblems({ workflow: 1, steps })[0]?.message;
    expect(message([call('answer', 'anser_generate'), end])).toContain('did you mean "answer_generate"?');
    expect(message([{ id: 'my answer', set: 'x' }, { return: 'x' }])).toContain('e.g. "my_answer"');
    expect(message([answer, { return: '{{answer}}' }])).toContain('{{answer.response}}');
    expect(
      message([{ id: 'p', parallel: 2, steps: [answer] }, call('b', 'sc_ensemble', { solutions: '{{p}}' }), { return: 'x' }]),
    ).toContain('{{p.map(item, item.response)}}');
    expect(message([{ return: { '{ answer }': null } }])).toContain('put quotes around {{ }}');
    expect(message([answer, { if: 'a = b', then: [end] }, end])).toContain('write == to compare');
  });

  test('is no cause to crash, whatever was decoded', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (whole, steps) => {
        for (const document of [whole, { workflow: 1, steps }, { workflow: 1, steps: [steps] }])
          expect(Array.isArray(allProblems(document))).toBe(true);
      }),
    );
  });
});

describe('a valid workflow', () => {
  const valid = (steps: unknown, more: object = {}) => expect(problemsOf(steps, more)).toEqual([]);

  test('may set a name again, in a loop and in branches', () => {
    const review = call('review', 'review', { problem: question, solution: '{{text}}' });
    valid([
      { id: 'text', set: question },
      review,
      { loop: 2, while: '!review.passed', steps: [{ id: 'text', set: '{{text}} again' }, review] },
      { if: 'review.passed', then: [{ id: 'verdict', set: 'good' }], else: [{ id: 'verdict', set: 'bad' }] },
      { return: '{{text}}: {{verdict}}' },
    ]);
  });

  test('may use the same names in two parallel steps', () => {
    const drafts = (id: string) => ({ id, parallel: 2, steps: [answer], yield: '{{answer.response}}' });
    valid([drafts('first'), drafts('second'), { return: '{{first + second}}' }]);
  });

  test('needs no value for a name on a path that has returned', () => {
    valid([
      { if: 'size(query.question) > 9', then: [{ return: 'long' }], else: [{ id: 'short', set: 'x' }] },
      { return: '{{short}}' },
    ]);
  });

  test('may show a model braces that are text', () => {
    const shown = [
      'Put the answer in \\boxed{} or \\boxed{answer}, as \\frac{answer}{p} or x_{p}.',
      'Reply with JSON: {"answer": 1, "why": {"steps": ["a"]}} and nothing else.',
      'Write {answer: 42}, the set {p, answer}, \\{answer\\}, or { } for none; and \\boxed{{}}.',
      'Print f"{x}" or \u0024{amount}, and end with <answer>…</answer> or [answer].',
      'A dict {a} or {1} and format "{}" or %s, {{ "{{" }}x}}.',
      'Ask query.filter() for rows.',
    ];
    for (const text of shown) {
      valid([drafts, call('answer', 'custom', { input: question, instruction: 'solve' }), end], { prompts: { solve: text } });
      valid([drafts, call('answer', 'custom', { input: `${text} {{query.question}}` }), end]);
      valid([call('answer'), { return: `${text} {{answer.response}}` }]);
    }
  });

  test('may read the query in a condition alone, or by way of a prompt', () => {
    valid([{ if: 'query.question.contains("?")', then: [{ return: 'yes' }] }, { return: 'no' }]);
    const prompts = { solve: 'Solve {{query.question}}' };
    valid([call('answer', 'custom', { input: 'Go.', instruction: 'solve' }), end], { prompts });
    valid([{ id: 'p', parallel: 2, steps: [answer] }, { return: '{{p[1].response}}' }]);
  });

  test('may count where the count decides, and index what grows', () => {
    valid([
      answer,
      { id: 'list', set: '{{[]}}' },
      { id: 'n', set: 0 },
      {
        loop: 3,
        while: 'n < 3',
        steps: [
          { id: 'list', set: '{{list + [answer.response]}}' },
          { id: 'n', set: '{{n + 1}}' },
        ],
      },
      { return: '{{list[2]}} of {{n}}, {{double(n) / 2.0}}' },
    ]);
    valid([drafts, { return: '{{p[2]}}{{p[size(p) - 1]}}' }]);
    valid([{ return: '{{query.question.split(", ")[7]}}{{query.question.split(",", -1)[7]}}' }]);
    valid([{ return: '{{size(query.question) > 1.5 ? 1 : 2.0}}' }]);
  });

  test.each([
    `query.question.replace("a", "b", 1).trim().lowerAscii().substring(0, 1)`,
    `query.question.split(",", 2).join("; ")`,
    `"%s: %d%% of %.2f".format([query.question, 1, 0.5])`,
    `"%s".format(query.question.split(","))`,
    `query.question.format([])`,
    `string(size(query)) + string(0.5) + string(true) + string(1u) + query.question`,
    `query.question.matches("^\\\\d+$") ? "x" : query.question.matches(query.context) ? "y" : "z"`,
    `string(int(double(query.question)) + int("1"))`,
    `[query.question].map(x, x.charAt(0)).join()`,
    `string(dyn(query.question))`,
    `query.question.substring(query.question.lastIndexOf("x", 3))`,
  ])('may call functions: %s', (expression) => valid([{ return: `{{${expression}}}` }]));

  test('may have a prompt that nothing uses', () => valid([answer, end], { prompts: { spare: 'Not {{needed}}.' } }));

  test('may write a condition in braces, numbers without quotes, and no else', () => {
    valid([{ id: 'n', set: 3 }, { if: '{{ n > 2 }}', then: [{ return: question }], else: null }, { return: '{{n + 1}}' }]);
  });

  test('is what the generator of workflows makes', () => {
    fc.assert(
      fc.property(arbitraryWorkflow, (workflow) => {
        const problems = validateWorkflow(workflow, { operators, queryFields: ['question'] });
        expect(problems.filter(({ rule }) => rule !== 'step-limit')).toEqual([]);
      }),
    );
  });
});
