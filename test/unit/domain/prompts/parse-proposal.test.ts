import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseProposal } from '../../../../services/domain/prompts/parse-proposal.ts';
import { workflowYaml } from '../../../../services/domain/prompts/workflow-yaml.ts';
import { canonicalHash } from '../../../../services/domain/workflow/canonical-hash.ts';
import { toJsonForm } from '../../../../services/domain/workflow/json-form.ts';
import { madeUpBenchmark, solveWith } from './made-up-search.ts';

const workflow = solveWith('Solve it step by step.\nUse \\boxed{}.');
const yaml = workflowYaml(workflow);
const good = `<modification>Ask for steps.</modification>\n<workflow>\n${yaml}\n</workflow>`;

const otherYaml = workflowYaml(solveWith('Guess.'));
const two = `<modification>Ask for steps.</modification>\n\`\`\`\n${yaml}\n\`\`\`\nor\n\`\`\`\n${otherYaml}\n\`\`\``;
const form = `<modification>one sentence: what you change and why it should help</modification>
<workflow>
the whole modified workflow in YAML
</workflow>`;

const read = (reply: string, settings: { cutOff?: boolean; maxCalls?: number } = {}) =>
  parseProposal({ reply, cutOff: false, benchmark: madeUpBenchmark, maxCalls: 20, ...settings });

describe('a good reply', () => {
  it.each([
    ['as it was asked for', good],
    ['after a think block that drafts another one', `<think>Maybe <workflow>x</workflow>?</think>\n${good}`],
    ['with tags in capitals', good.replaceAll(/<(\/?)workflow>/g, '<$1WORKFLOW>')],
    ['with talk around it', `Here is my proposal.\n\n${good}\n\nI hope that it helps.`],
    ['as a whole in a code fence', `\`\`\`xml\n${good}\n\`\`\``],
    ['with the workflow in a code fence', good.replace(yaml, `\`\`\`yaml\n${yaml}\n\`\`\``)],
    ['cut off after all that counts', `${good}\nAnd now I`],
    ['with the workflow not closed', good.replace('</workflow>', '')],
    ['with the workflow not opened', good.replace('<workflow>', '')],
    ['with the workflow in a fence and no tag', good.replace('<workflow>', '```yaml').replace('</workflow>', '```')],
    ['with the workflow under the name of AFlow, in capitals', good.replaceAll('workflow>', 'GRAPH>')],
    ['with a sentence before the fence in the tag', good.replace(yaml, `It is this: so\n\`\`\`yaml\n${yaml}\n\`\`\``)],
    ['with all lines of the workflow indented', good.replace(yaml, yaml.replaceAll(/^/gm, '    '))],
    ['with signs escaped as in XML', good.replaceAll('"', '&quot;')],
    ['twice', `${good}\n${good}`],
    ['after the form as the prompt shows it', `${form}\n\n${good}`],
    ['as JSON', JSON.stringify({ modification: 'Ask for steps.', workflow: parse(yaml) })],
    ['after thoughts that name the tags', `<thinking>It wants <workflow> and <modification>.</thinking>${good}`],
  ])('is read: %s', (_, reply) => {
    expect(read(reply, { cutOff: reply.endsWith('now I') })).toMatchObject({
      modification: 'Ask for steps.',
      workflow: { prompts: workflow.prompts, steps: workflow.steps },
      workflowHash: canonicalHash(workflow),
    });
  });

  it.each([
    'in <think> tags.',
    '<think>as you like</think>',
    'in <thought>…</thought>, <answer>…</answer>.',
    'no <workflow> in it.',
  ])('may have a prompt with tags of its own: %s', (tags) => {
    const reply = good.replace('step by step.', tags);
    expect(read(reply)).toMatchObject({ workflow: { prompts: { solve: `Solve it ${tags}\nUse \\boxed{}.` } } });
  });

  it.each([
    // Backspace, form feed and tab are escapes of YAML; \s is none.
    ['"Inside \\boxed{}, as \\frac{1}{2} \\times 3."', 'Inside \\boxed{}, as \\frac{1}{2} \\times 3.'],
    ['"Not \\sqrt{2}, \\alpha or \\"x\\".\\nInside \\boxed{}."', 'Not \\sqrt{2}, \\alpha or "x".\nInside \\boxed{}.'],
    ['"Inside \\\\boxed{}.\\n\\tNo more."', 'Inside \\boxed{}.\n\tNo more.'],
    ['\'Inside \\boxed{}, "\\frac".\'', 'Inside \\boxed{}, "\\frac".'],
    ['|-\n    Say "\\boxed{}".', 'Say "\\boxed{}".'],
  ])('may have formulas in a prompt, whatever its quotation marks are: %s', (written, solve) => {
    const prompts = /prompts:\n[\s\S]*?(?=^\w)/m;
    const reply = good.replace(prompts, () => `prompts:\n  solve: ${written}\n`);
    expect(read(reply)).toMatchObject({ workflow: { prompts: { solve } } });
  });

  it('may hold its workflow as JSON', () => {
    const reply = good.replace(yaml, JSON.stringify(parse(yaml)));
    expect(read(reply)).toMatchObject({ workflowHash: canonicalHash(workflow) });
  });
});

describe('a refused reply', () => {
  it.each([
    ['no tag at all', 'I cannot do that.', 'unparsable-reply', '<modification>…</modification> and <workflow>…</workflow>'],
    ['no modification', `<workflow>${yaml}</workflow>`, 'unparsable-reply', 'has no <modification>…</modification>:'],
    ['an empty modification', good.replace('Ask for steps.', ' '), 'unparsable-reply', 'has no <modification>…</modification>:'],
    ['no workflow', '<modification>Ask for steps.</modification>', 'unparsable-reply', 'has no <workflow>…</workflow>:'],
    ['two workflows', `${good}\n<workflow>${otherYaml}</workflow>`, 'unparsable-reply', 'gives 2 different workflows'],
    ['two workflows in fences', two, 'unparsable-reply', 'gives 2 different workflows'],
    [
      'a graph in Python',
      good.replace(yaml, 'class Workflow:').replaceAll('workflow>', 'graph>'),
      'unparsable-reply',
      'has no <workflow>',
    ],
    ['a workflow with a sentence behind it', `${good.replace('</workflow>', '')}\nI hope so.`, 'unparsable-reply', 'is not YAML'],
    ['two modifications', `<modification>Other.</modification>${good}`, 'unparsable-reply', 'has 2 <modification> tags'],
    ['text that is not YAML', good.replace('steps:', 'steps: [}'), 'unparsable-reply', 'is not YAML'],
    ['an answer that stayed in the think block', `<think>${good}`, 'unparsable-reply', 'has no'],
    ['a list instead of a workflow', good.replace(yaml, '- a'), 'invalid-workflow', 'workflow (wrong-type): '],
    ['no version', good.replace('workflow: 1', ''), 'invalid-workflow', 'workflow (missing-field): '],
    ['an unknown operator', good.replace('custom', 'programmer'), 'invalid-workflow', 'draft, call (unknown-operator)'],
    ['an operator of another benchmark', good.replace('custom', 'review'), 'invalid-workflow', 'draft, call (unknown-operator)'],
    ['an unknown prompt', good.replace('instruction: solve', 'instruction: SOLVE'), 'invalid-workflow', '(unknown-prompt)'],
    ['an unknown input', good.replace('input:', 'context:'), 'invalid-workflow', 'draft, with.context (unknown-input)'],
    ['an unknown step', good.replace('{{ draft.', '{{ final.'), 'invalid-workflow', '(unknown-name)'],
    ['an unknown query field', good.replace('query.question', 'query.answer'), 'invalid-workflow', '(unknown-query-field)'],
    ['no return', good.replace(/ {2}- return.*/, ''), 'invalid-workflow', 'steps (missing-return)'],
  ])('says what is wrong with %s', (_, reply, kind, message) => {
    const parsed = read(reply);
    if (!('failure' in parsed)) throw new Error('it was not refused');
    expect(parsed.failure.kind).toBe(kind);
    expect(parsed.failure.message).toContain(message);
  });

  it('lists all problems of the workflow, one a line', () => {
    const parsed = read(good.replace('instruction: solve', 'instruction: SOLVE').replace('{{ draft.', '{{ final.'));
    if (!('failure' in parsed)) throw new Error('it was not refused');
    expect(parsed.failure.message.split('\n')).toHaveLength(2);
  });

  it('keeps the modification, so that the experience can name what was refused', () => {
    expect(read(good.replace('custom', 'programmer'))).toMatchObject({ modification: 'Ask for steps.' });
  });

  it('is cut off if the token limit ended it before both tags were closed', () => {
    const parsed = read(good.slice(0, -20), { cutOff: true });
    expect(parsed).toMatchObject({ failure: { kind: 'cut-off', message: expect.stringContaining('<workflow>…</workflow>') } });
  });

  it('cannot make more calls than the run allows', () => {
    expect(read(good, { maxCalls: 1 })).toHaveProperty('workflowHash');
    const twice = good.replace('  - return', '  - id: other\n    call: custom\n    with:\n      input: x\n  - return');
    expect(read(twice, { maxCalls: 1 })).toMatchObject({
      failure: { kind: 'invalid-workflow', message: expect.stringContaining('call-limit') },
    });
  });
});

describe('a reply in JSON, under a schema or not', () => {
  const workflowForm = toJsonForm(workflow);
  const object = { modification: 'Ask for steps.', workflow: workflowForm };
  const text = JSON.stringify(object);

  it.each([
    ['as it was asked for', text],
    ['with lines and blanks', JSON.stringify(object, undefined, 2)],
    ['in a fence', `\`\`\`json\n${text}\n\`\`\``],
    ['after thoughts', `<think>So {"modification": "?"}</think>\n${text}`],
    ['with a confidence', JSON.stringify({ ...object, confidence: '0.9' })],
  ])('is read: %s', (_, reply) => {
    expect(read(reply)).toMatchObject({ modification: 'Ask for steps.', workflowHash: canonicalHash(workflow) });
  });

  it('keeps tags and marks of thoughts that its prompts hold', () => {
    const solve = 'Reason in <thought>…</thought>, then <answer>…</answer>. No <workflow>!';
    const reply = JSON.stringify({ ...object, workflow: { ...workflowForm, prompts: [{ name: 'solve', text: solve }] } });
    expect(read(reply)).toMatchObject({ workflow: { prompts: { solve } } });
  });

  it.each([
    [{ ...object, modification: ' ' }, 'unparsable-reply', 'no text in its field modification'],
    [{ ...object, workflow: { ...workflowForm, steps: [] } }, 'invalid-workflow', 'steps[0]'],
    [
      { ...object, workflow: { ...workflowForm, prompts: ['solve', 'solve'].map((name) => ({ name, text: 'x' })) } },
      'invalid-workflow',
      'two prompts have the name "solve"',
    ],
    [{ ...object, workflow: { ...workflowForm, return: undefined } }, 'invalid-workflow', 'missing-return'],
  ])('is refused with its reason: %#', (reply, kind, message) => {
    expect(read(JSON.stringify(reply))).toMatchObject({ failure: { kind, message: expect.stringContaining(message) } });
  });

  it('that was cut off says so in its own terms', () => {
    expect(read(text.slice(0, 90), { cutOff: true })).toMatchObject({
      failure: { kind: 'cut-off', message: expect.stringContaining('before the end of its JSON object') },
    });
  });
});
