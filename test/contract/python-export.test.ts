import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { inputsIn } from '../../services/cli/serve/what-to-serve.ts';
import { instruction as mdEnsemble } from '../../services/domain/operators/md-ensemble.ts';
import { operators } from '../../services/domain/operators/registry.ts';
import { readWorkflowText } from '../../services/shared/benchmarks/read-workflow-file.ts';
import { arbitraryWorkflow } from '../support/arbitrary-workflow.ts';
import {
  bothWays,
  complaintOf,
  type ExportCase,
  exportedFile,
  functionsInPython,
  numberOf,
  type RecordedReplies,
} from '../support/python/python-export.ts';
import { expressionDifferences, fileOfAllOperators, replyDifferences } from '../support/python/python-functions.ts';
import { isPythonHere } from '../support/python-here.ts';
import { replyShapes } from '../unit/domain/replies/reply-shapes.ts';

const seed = Number(process.env.SCALE_PYTHON_SEED ?? Date.now() % 2 ** 31);
/** How many times as much is generated. */
const scale = Number(process.env.SCALE_PYTHON_SCALE ?? 1);
beforeAll(() => console.info(`generated workflows and replies: SCALE_PYTHON_SEED=${seed} SCALE_PYTHON_SCALE=${scale}`));

const program = (body: string): string => `Here it is:\n\`\`\`python\n${body}\n\`\`\`\nThat is all.`;
const forms: readonly ((number: number) => string)[] = [
  (n) =>
    `<thought>t${n}</thought><answer>${n % 7}</answer><choice>${'ABC'[n % 3]}</choice><feedback>f</feedback><passed>${n % 2 === 0}</passed><solution>s${n % 5}</solution>`,
  (n) => `<think>Perhaps <answer>1</answer>?</think>\n**Answer:** ${n % 9}\n<passed>${n % 3 === 0}</passed>`,
  (n) => `The solution is ${n % 2 === 0 ? 'correct' : 'wrong'}. So I choose option B.\nThe final answer is \\boxed{${n % 6}}.`,
  (n) =>
    `{"thought": "hm", "answer": ${n % 4}.0, "choice": "${'AB'[n % 2]}", "passed": ${n % 2 === 0}, "feedback": ["a", {"b": 1}]}`,
  (n) => `\`\`\`xml\n<answer>\n  ${n % 5}\n</answer>\n<choice>(C)</choice>\n<passed>no</passed>\n\`\`\``,
  (n) => `I reply in <answer> tags.\n&lt;answer&gt;${n % 3}&lt;/answer&gt; Solution A is best, B is wrong.\nIt passes.`,
  (n) => program(`def solve():\n    return ${n % 5}\n\ndef add(a, b):\n    return a + b${n % 2 === 0 ? '' : ' + 1'}`),
  (n) => program(`def solve():\n    return 1 // ${n % 2}\n\ndef add(a, b):\n    raise ValueError("no ${n % 3}")`),
  (n) => `${n % 5}`,
  (n) =>
    `${['Antwort: ', 'La réponse est ', 'Ответ: ', '答案：', '故选：', '答えは', '정답은 '][n % 7]}${'AB'[n % 2]}${['', '.', 'です。', ', nicht C'][n % 4]}`,
  (n) => `${'AB'[n % 2]} > C\nSo \\boxed{${'ＡＢ'[n % 2]}}, not \\boxed{C}.`,
  (n) => `A) one - ${n % 2 ? 'wrong' : 'fine'}\nB) two - ${n % 2 ? 'fine' : 'wrong'}`,
  (n) => `A, C and D can be ruled out, leaving ${'AB'[n % 2]}.`,
  (n) => `größer ≥ ${n} 😀\n\n  indented\n  more`,
];

/** Some are cut off, some are filtered, some refused for their length. */
const replies: RecordedReplies = (request, sample) => {
  const number = numberOf(request, sample);
  const form = forms[number % forms.length]?.(number) ?? '';
  // A vote that fails ends the interpreter's step while the others are under way: how many of them count hangs on time.
  const isVote = request.messages.some(({ content }) => content.startsWith(mdEnsemble));
  const fate = isVote ? -1 : Math.floor(number / 64) % 64;
  if (fate === 0) return { refusal: { code: 'context_length_exceeded', message: 'maximum context length is 8 tokens' } };
  if (fate === 1) return { text: 'half a', finish: 'length' };
  if (fate === 2) return { text: '', message: { refusal: 'I cannot.' } };
  if (fate === 3)
    return {
      message: { tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '' } }] },
      finish: 'tool_calls',
    };
  if (fate === 4)
    return {
      message: {
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: form },
        ],
      },
    };
  if (fate === 5) return { text: form, message: { reasoning_content: 'I think.' } };
  if (fate === 6)
    return { text: `${form}${['<|im_end|>', ' </s>', '\n<end_of_turn>\n', '<|im_end|> no', '<|im_end|><|user|>'][number % 5]}` };
  if (fate === 8) return { text: `${['<|im_start|>assistant\n', '<|begin_of_box|>'][number % 2]}${form}` };
  return { text: form };
};

const fieldsOf = (inputs: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    inputs.map((input) => [
      input,
      (
        { entry_point: 'add', tests: 'assert candidate(2, 3) == 5', prompt: 'def add(a, b):\n    """Adds."""' } as Record<
          string,
          string
        >
      )[input] ?? `What is "${input}" of 3 and 4? {} \\boxed{}`,
    ]),
  );

function parsed(text: string, name: string, seeds: readonly number[], model: ExportCase['model'] = {}): ExportCase[] {
  const inputs = inputsIn(text);
  const workflow = readWorkflowText(text, name, { operators: [...operators.keys()], inputs });
  return seeds.map((each) => ({ name: `${name}, seed ${each}`, workflow, fields: fieldsOf(inputs), seed: each, model }));
}

async function expectSame(cases: readonly ExportCase[]): Promise<void> {
  const pairs = await bothWays(cases, replies);
  for (const [index, [ours, theirs]] of pairs.entries())
    expect({ of: cases[index]?.name, ...theirs }).toEqual({ of: cases[index]?.name, ...ours });
}

describe.runIf(isPythonHere)(
  'an exported Python file asks and answers as the interpreter does',
  { timeout: 60_000 * scale },
  () => {
    test('for the published workflows and the examples', async () => {
      const folder = new URL('../../examples/workflows/', import.meta.url);
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
      expect(files.length).toBeGreaterThan(15);
      const cases = files.flatMap((file) =>
        parsed(
          readFileSync(new URL(file, folder), 'utf8'),
          file,
          Array.from({ length: scale }, (_, each) => seed + each),
        ),
      );
      await expectSame(cases);
    });

    test('for every operator and every form of step', async () => {
      expect(operatorsIn(formsOfSteps.join('\n'))).toEqual([...operators.keys()].toSorted());
      const seeds = Array.from({ length: 3 * scale }, (_, each) => seed + each);
      await expectSame(formsOfSteps.flatMap((text, index) => parsed(`workflow: 1\n${text}`, `form ${index}`, seeds)));
    });

    test('for generated workflows', async () => {
      const workflows = fc.sample(arbitraryWorkflow, { seed, numRuns: 12 * scale });
      await expectSame(
        workflows.map((workflow, index) => ({
          ...{ name: `generated ${index}`, workflow, fields: { question: 'How many?' }, seed: seed + index },
          model: { joinSamples: index % 3 === 0, sendSeed: index % 4 !== 0, temperature: index % 2 === 0 ? null : 1 },
        })),
      );
    });

    test.each([
      [
        'a line without the field',
        [],
        '{"other":1}\n',
        /^ValueError: line 1: the query has no question: this workflow reads question\n$/,
      ],
      ['a line that is no JSON', [], '{"question"\n', /^ValueError: line 1: (?!.*Expecting.*Expecting).*\n$/],
    ])('a query that cannot be used is told once: %s', async (_, query, lines, said) => {
      const [given] = parsed('workflow: 1\nsteps:\n  - return: "{{ query.question }}"\n', 'echo', [1]);
      if (given === undefined) throw new Error('no case');
      expect(await complaintOf(await exportedFile(given.workflow, ['question']), query, lines)).toMatch(said);
    });

    test('readers of replies', async () => {
      const texts = [...shapedReplies(), ...unasked, ...fc.sample(arbitraryReply, { seed, numRuns: 900 * scale })];
      expect(texts.length).toBeGreaterThan(500);
      expect(await replyDifferences(texts)).toEqual([]);
    });

    test('what letters and digits are', async () => {
      // Beyond that plane, and in signs that one of the two does not know yet, rare scripts may differ.
      const signs = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
        (sign) => !/\p{Cs}/u.test(sign),
      );
      const body = `\n\ndef members(source, signs):\n    return [sign for sign in signs if unicodedata.category(sign) != "Cn" and finds(source, sign)]\n`;
      const known = `\n\ndef known(signs):\n    return [sign for sign in signs if unicodedata.category(sign) != "Cn"]\n`;
      const source = `${await fileOfAllOperators()}${body}${known}`;
      const sources = [
        '\\p{L}',
        '\\p{N}',
        '[\\p{L}\\p{N}]',
        '[^\\p{L}\\p{N}\\n]',
        '[\\p{L}.]',
        '\\d',
        '\\w',
        '\\s',
        '[^\\S\\n]',
        '\\W',
      ];
      const [both, ...theirs] = (await functionsInPython(source, [
        ['known', [signs]],
        ...sources.map((each) => ['members', [each, signs]] as const),
      ])) as string[][];
      const assigned = (both ?? []).filter((sign) => !/\p{Cn}/u.test(sign));
      expect(assigned.length).toBeGreaterThan(50_000);
      for (const [index, each] of sources.entries()) {
        const there = new Set(theirs[index]);
        const different = assigned.filter((sign) => new RegExp(each, 'u').test(sign) !== there.has(sign));
        expect({ source: each, different }).toEqual({ source: each, different: [] });
      }
    });

    test('in the syntax of Python 3.10, whichever one is here', async () => {
      const source = await fileOfAllOperators();
      const parses = (version: string, body: string) =>
        `${body}\n\n\ndef parses(text):\n    import ast\n\n    ast.parse(text, feature_version=${version})\n    return True\n`;
      expect(await functionsInPython(parses('(3, 10)', source), [['parses', [source]]])).toEqual([true]);
      const newer = 'try:\n    pass\nexcept* ValueError:\n    pass\n';
      await expect(functionsInPython(parses('(3, 10)', source), [['parses', [newer]]])).rejects.toThrow('SyntaxError');
    });

    test('expressions', async () => {
      const rows = readFileSync(new URL('../fixtures/cel/cel-go.jsonl', import.meta.url), 'utf8')
        .trim()
        .split('\n');
      const known = rows.map((row) => (JSON.parse(row) as [string])[0]);
      const { compared, different } = await expressionDifferences(
        known.filter((text, index) => (scale > 1 || index % 4 === seed % 4) && !notTheSame.test(text)),
      );
      expect(compared).toBeGreaterThan(800);
      expect(different).toEqual([]);
    });
  },
);

const drafts =
  '{ id: drafts, parallel: 4, steps: [{ id: draft, call: custom, with: { input: "{{query.question}}" } }], yield: "{{draft.response}}" }';
/** Each operator, and each form of a step, its failures among them. */
const formsOfSteps = [
  `steps:
  - ${drafts}
  - { id: best, call: md_ensemble, with: { solutions: "{{drafts}}", problem: "{{query.question}}" } }
  - { id: short, call: format, with: { problem: "{{query.question}}", solution: "{{best.solution}}" } }
  - return: "{{short.solution}}"`,
  `steps:
  - ${drafts}
  - { id: best, call: sc_ensemble, with: { solutions: "{{drafts.filter(d, size(d) > 3)}}" } }
  - { id: judged, call: review, with: { problem: "{{query.question}}", solution: "{{best.response}}" } }
  - loop: 2
    while: "!judged.passed"
    steps:
      - { id: mended, call: revise, with: { problem: "{{query.question}}", solution: "{{best.response}}", feedback: "{{judged.feedback}}" } }
      - { id: judged, call: review, with: { problem: "{{query.question}}", solution: "{{mended.solution}}" } }
  - return: "{{judged.feedback}}"`,
  `steps:
  - { id: thought, call: answer_generate, with: { input: "{{query.question}}" } }
  - { id: computed, call: programmer, with: { problem: "{{query.question}}", analysis: "{{thought.thought}}" } }
  - return: "{{computed.output}} {{size(computed.code)}}"`,
  `prompts: { how: "Write it well: {{query.prompt}}" }
steps:
  - { id: made, call: custom_code_generate, with: { problem: "{{query.prompt}}", entry_point: "{{query.entry_point}}", instruction: how } }
  - id: tested
    call: test
    with: { problem: "{{query.prompt}}", solution: "{{made.response}}", entry_point: "{{query.entry_point}}", tests: "{{query.tests}}" }
  - return: "{{tested.passed}} {{tested.solution}}"`,
  `steps:
  - ${drafts}
  - id: each_one
    map: "{{drafts.map(d, size(d))}}"
    as: length
    max: 3
    steps:
      - { id: twice, set: "{{length * 2}}" }
      - id: inner
        parallel: 2
        steps: [{ id: said, call: custom, with: { input: "{{query.question}} {{twice}}" } }]
        yield: "{{said.response}}"
    yield: "{{inner[0] == inner[1] ? 'same' : inner.join('|')}}"
  - return: "{{each_one}}"`,
  `steps:
  - { id: said, call: custom, with: { input: "{{query.question}}" } }
  - if: said.response.contains("answer") && size(said.response) > 20
    then: [{ return: "{{said.response.split('<')[1]}}" }]
    else: [{ id: number, set: "{{int(said.response)}}" }]
  - return: "{{size(said.response)}}"`,
  `steps:
  - { id: said, call: custom, with: { input: "{{query.question}}" } }
  - { id: many, set: "{{said.response.split('')}}" }
  - { id: best, call: md_ensemble, with: { solutions: "{{many}}", problem: "{{query.question}}" } }
  - return: "{{best.solution}}"`,
];

function operatorsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/call: (\w+)/g)].map(([, name = '']) => name))].toSorted();
}

/** A sign of zero that the parsed form does not keep, and a map whose keys are two kinds of one number. */
const notTheSame = /-0\.0|\{1: 'a', uint\(1\)/;

function shapedReplies(): string[] {
  const form = (answer: string, choice: string, passed: string) => ({
    fields: [
      ['thought', 'A is wrong, I think.'],
      ['answer', answer],
      ['choice', choice],
      ['passed', passed],
    ] as const,
  });
  return replyShapes.flatMap(({ write }) => [
    write({ good: form('42', 'B', 'true'), draft: form('7', 'A', 'false') }),
    write({ good: form('**3/4** of\nthe cake', '(C)', 'no'), draft: form('', 'D or A', 'yes') }),
  ]);
}

/** Answers that no form was asked for. */
const unasked = [
  ...['Rome.\n\n**Explanation**: B is out.', 'We compare.\nReasoning: A', '(B)\n\n> Here’s why: it fits', '18\n- Because 9 * 2'],
  ...[
    'Therefore, Green Bay is the answer.',
    'I get **$18** as my final answer',
    'if Rome is the answer',
    'So $x$ is our answer: 3',
  ],
  ...['Ans: B, A was close', "{'answer': 'don\\'t', 'n': 1}", '{"final answer": 18.50, "n": 1}', '{"label": "B", "n": 1}'],
  ...[
    '```json\n{"result": 1e21}\n```',
    '{"result": true}',
    '{"result": 1, "label": 2}',
    '最终答案是 **B**。A 不对',
    '答案：18，因为 9×2',
  ],
  ...[
    '1. c)',
    '1. A - false\n2. B - true',
    'A: no, B: yes, C: no',
    'A ✗\nB ✓',
    'Everything but B.',
    'all options except C',
    'anything but A',
  ],
  ...[
    'Answer: Thus, the total is:\n\n12',
    'Answer: it is\n\\[\n12\n\\]',
    'Marion, South Australia is the answer',
    'In Rome, Italy is the answer',
  ],
  ...[
    '$\\boxed{18}$ or $\\boxed{-17}$ is extraneous.',
    '$\\boxed{A}$, which is wrong',
    'The verdict is B',
    'Mostly B',
    'B is better',
  ],
  ...['<|channel>thought A<channel|>B', '<unused94>thought A<unused95>B', 'B<turn|>'],
  ...['The answer is not A but B.', 'boxed{B} or xboxed{A}', 'Category: B, mostly\nA seems off', 'My choice is B, A was close'],
];

const fragments = [
  ...[
    '\nExplanation: ',
    'Rome',
    ' is the answer',
    ' as our final answer',
    ' Wait, no: ',
    'Actually, I made a mistake. ',
    ' it should be ',
    'none of ',
    ', and so is ',
    '; ',
    ' violates it.',
    'Ans: ',
    '答案是',
    '。',
    "'answer': 'A'}",
    'boxed{B}',
    'Label = ',
  ],
  ...[
    '<answer>',
    '</answer>',
    '<choice>',
    '</choice>',
    '<think>',
    '</think>',
    '<thought>',
    '</thought>',
    '<passed>',
    '</passed>',
  ],
  ...[
    '<reasoning>',
    '</reasoning>',
    '<!--',
    '-->',
    '</s>',
    '<|channel|>final<|message|>',
    '&lt;answer&gt;',
    '\\<answer\\>',
    '`',
    '**',
  ],
  ...[
    '\n',
    '\n\n',
    ' ',
    '\t',
    '\u00a0',
    '\ufeff',
    '```python\n',
    '```\n',
    '```',
    '> ',
    '- ',
    '1. ',
    '"',
    '\u201c',
    '\u201d',
    "'",
    '. ',
    ', ',
  ],
  ...[
    'A',
    'B',
    '(b)',
    'c)',
    'Option D',
    'option a',
    'I think',
    'or',
    'and',
    'not',
    'is wrong',
    'is correct',
    "isn't right",
    'so it must be ',
  ],
  ...[
    'The final answer is ',
    'Answer: ',
    '**Answer**: ',
    'the answer to the question would be ',
    '#### ',
    'Final Answer\n',
    'Dr. Smith',
    'U.S. ',
  ],
  ...[
    '42',
    '2,450',
    '3/4',
    '7.5',
    '-3',
    '\u00bd',
    '\\boxed{42}',
    '\\boxed{\\text{B}}',
    '$\\boxed 7$',
    '\\[x\\]',
    '$A$',
    '{',
    '}',
    '"answer": "x"',
    '{"answer": 4.0, "passed": true}',
  ],
  ...[
    'true',
    'False',
    'passed: yes',
    'no mistakes',
    'it fails',
    'correct',
    'incorrect',
    'nothing is wrong',
    '\u2713',
    'should be fixed',
  ],
  ...[
    'def solve():\n    return 1',
    'import math\n',
    'x = 1\n',
    '"""',
    'assert add(1, 2) == 3',
    'from solution import add',
    'print(1)',
    '# a remark\n',
  ],
  ...[
    'gr\u00f6\u00dfer',
    '\u7b54\u6848',
    '\ud83d\ude00',
    '<answer',
    'in <answer> tags',
    '<solution_letter>B</solution_letter>',
    'Here is my thought process:',
    'Here is my response:',
  ],
  ...[
    'Answer: C. Wait, no — D.',
    'B. Sorry, I meant A',
    "A. Wait, that's wrong: it should be B, after all",
    'Neither A nor C; B',
    'None of A, B, C is right; D.',
    'A is wrong, and so is C',
    "A doesn't work, nor does C.",
    'B satisfies it. A violates it.',
    'A. wrong. B. wrong. C. right. D. wrong.',
    'Not C, D',
    'D is worse than B.',
    'There is no A and no C.',
    'A.5 and B.',
    'A seems right. However, B is more accurate.',
  ],
  // What is a letter, a digit, a blank or a form of "i" to one of the two alone.
  ...['ß', 'İ', 'ı', 'Σ', 'ﬁ', '²', 'Ⅳ', '٣', '𝟒', '\u0301', '\u0085', '\u2028', '\x1c', '\v', '\f', '\r', '\u200b', '：', 'Ａ)'],
  ...['{"b": {"2": 1, "a": 3}, "answer": {"b": 1, "10": [1e21, 1e-7, -0, 1E400]}}', '"answer": 1e999', '\\u2028', '\\ud83d'],
];
const arbitraryReply = fc.array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 14 }).map((parts) => parts.join(''));
