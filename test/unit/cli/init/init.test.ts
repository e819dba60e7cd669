import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askChoices } from '../../../../services/cli/init/ask-choices.ts';
import { createQuestions } from '../../../../services/cli/init/ask-questions.ts';
import { lookAt } from '../../../../services/cli/init/plan-scaffold.ts';
import { readRows } from '../../../../services/shared/benchmarks/rows/read-rows.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';
import { type TicketExport, teams, ticketExports, writeTickets } from '../../../support/benchmarks/tickets.ts';
import { cliHere } from '../../../support/cli-here.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-init-'));
});
afterEach(() => rm(folder, { recursive: true }));

const { signal } = new AbortController();

async function init(file: string, ...options: readonly string[]) {
  const said = await cliHere(['init', file, '--out', join(folder, 'own'), '--json', ...options], { signal });
  return { ...said, document: JSON.parse(said.stdout) };
}

async function put(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const many = <Row>(row: (index: number) => Row) => Array.from({ length: 40 }, (_, index) => row(index));

describe('scale init', () => {
  it.each(Object.keys(ticketExports) as TicketExport[])('writes files for tickets with %s that a run can read', async (as) => {
    const { document } = await init(await writeTickets(folder, as), '--yes', '--name', 'desk');
    expect(document).toMatchObject({ name: 'desk', input: ['Message'], answer: ['Team'], simulated: true, rows: 300 });
    expect([...document.scorers.choice.choices].sort()).toEqual([...teams].sort());
    const run = await readRunFile(join(folder, 'own/desk.yaml'));
    expect(run.benchmark.queries).toHaveLength(document.splits.validate);
    expect(document.splits.validate + document.splits.test).toBeGreaterThan(280);
    expect(run.endpoints.every(({ simulated }) => simulated)).toBe(true);
    for (const name of ['desk.yaml', 'desk-benchmark.yaml']) {
      const [first = ''] = (await readFile(join(folder, 'own', name), 'utf8')).split('\n');
      const [, schema = ''] = /^# yaml-language-server: \$schema=(.+)$/.exec(first) ?? [];
      expect(JSON.parse(await readFile(join(folder, 'own', schema), 'utf8'))).toHaveProperty('properties.name');
    }
  });

  it.each<[string, string, string | Uint8Array, object]>([
    [
      'numbers',
      'd.jsonl',
      lines(many((index) => ({ id: index, problem: `What is ${index} + ${index}?`, solution: String(2 * index) }))),
      { input: ['problem'], answer: ['solution'], scorers: { number: 'number' } },
    ],
    [
      'what is left beside the answer, however short',
      'd.csv',
      `word,kind\n${many((index) => `word${index},${index % 2 ? 'fruit' : 'animal'}`).join('\n')}\n`,
      { input: ['word'], answer: ['kind'], scorers: { choice: { kind: 'choice' } } },
    ],
    [
      'several right answers below a column',
      'd.json',
      JSON.stringify({
        data: many((index) => ({
          question: `Who is ${index}?`,
          context: `It is P${index}.`,
          answers: { text: [`P${index}`, 'P'] },
        })),
      }),
      { input: ['context', 'question'], answer: ['answers.text'], scorers: { exact: 'exact-match', overlap: 'token-f1' } },
    ],
    [
      'an index into options',
      'd.parquet',
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'question', data: many((index) => `Which is ${index}?`), type: 'STRING' },
            { name: 'choices', data: many((index) => [`a${index}`, `b${index}`, 'c']), type: 'JSON' },
            { name: 'answer', data: many((index) => index % 3), type: 'INT32' },
          ],
        }),
      ),
      { input: ['question'], answer: ['answer'], scorers: { choice: { kind: 'choice', choices: ['A', 'B', 'C'] } } },
    ],
    [
      'options within a question, with labels of their own',
      'd.jsonl',
      lines(
        many((index) => ({
          question: {
            stem: `Which is ${index}?`,
            choices: ['a dog', 'a cat'].map((text, place) => ({ text, label: 'AB'[place] })),
          },
          answerKey: 'AB'[index % 2],
        })),
      ),
      { input: ['question.stem'], answer: ['answerKey'], scorers: { choice: { kind: 'choice', choices: ['A', 'B'] } } },
    ],
    [
      'options in one text, which must be read to answer',
      'd.csv',
      `question,options,answer\n${many((index) => `which ${index}?,A) dog B) cat C) cow,${'ABC'[index % 3]}`).join('\n')}\n`,
      { input: ['question', 'options'], scorers: { choice: { kind: 'choice', choices: ['A', 'B', 'C'] } } },
    ],
    ...['B.', '(B)', 'b)', 'B. cat'].map((written): [string, string, string, object] => [
      `letters of options, as ${written}`,
      'd.csv',
      `question,A,B,C,answer\n${many((index) => `which ${index}?,dog,cat,cow,${written}`).join('\n')}\n`,
      { input: ['question'], scorers: { choice: { kind: 'choice', choices: ['A', 'B', 'C'] } } },
    ]),
    [
      'several labels in one text',
      'd.csv',
      `text,tags\n${many((index) => `A text ${index},${index % 2 ? '"red, blue"' : 'red'}`).join('\n')}\n`,
      { scorers: { all: { kind: 'labels', choices: ['red', 'blue'] } } },
    ],
    [
      'classes once, however they are capitalised',
      'd.csv',
      `text,team\n${many((index) => `A text ${index},${['Konto', 'konto ', 'Versand', 'Versand'][index % 4]}`).join('\n')}\n`,
      { scorers: { choice: { kind: 'choice', choices: ['Versand', 'Konto'] } } },
    ],
    [
      'a JSON list that is called JSON Lines',
      'd.jsonl',
      JSON.stringify(many((index) => ({ question: `What is ${index}?`, answer: index }))),
      { input: ['question'], scorers: { number: 'number' } },
    ],
    [
      'sets of labels',
      'd.jsonl',
      lines(many((index) => ({ text: `A text of no ${index}`, tags: index % 2 ? ['red', 'blue'] : ['green'] }))),
      { input: ['text'], answer: ['tags'], scorers: { all: { kind: 'labels', judge: 'exact' }, overlap: { judge: 'f1' } } },
    ],
    [
      'classes under a name that nobody knows, and empty cells',
      'd.csv',
      `Nr;Anfrage;Zuständig\n${many((index) => `${index};"Wo ist Paket ""${index}""; bitte?";${index === 7 ? '' : index % 2 ? 'Versand' : 'Konto'}`).join('\n')}\n`,
      {
        ...{ input: ['Anfrage'], answer: ['Zuständig'], leftOut: ['Nr'] },
        ...{ scorers: { choice: { kind: 'choice' } }, splits: { validate: 20 } },
      },
    ],
    [
      'splits that the file has',
      'd.csv',
      `question,answer,split\n${many((index) => `what ${index}?,word${index},${['train', 'dev', 'test'][index % 3]}`).join('\n')}\n`,
      { scorers: { exact: 'exact-match' }, splits: { validate: 13, test: 13 }, leftOut: [] },
    ],
  ])('guesses %s', async (_what, name, content, expected) => {
    const { document, stderr } = await init(await put(name, content), '--yes');
    expect(document, stderr).toMatchObject(expected);
    await readRunFile(join(folder, 'own/d.yaml'));
  });

  it('takes no column for what is asked that says the same in each row', async () => {
    const rows = many((index) => ({ instruction: 'Name the team.', input: `Ticket ${index}`, output: teams[index % 3] }));
    const { document } = await init(await put('alpaca.json', JSON.stringify(rows)), '--yes');
    expect(document).toMatchObject({ input: ['input'], answer: ['output'] });
    // What it says is the task.
    expect(await readFile(join(folder, 'own/alpaca-benchmark.yaml'), 'utf8')).toContain('Name the team. Input is given');
  });

  it.each([
    [
      'answers to nothing but a number of the row',
      'd.csv',
      `id,kind\n${many((index) => `${index},${index % 2 ? 'fruit' : 'animal'}`).join('\n')}\n`,
      'is what is asked? Say it with --input',
    ],
    [
      'lists as texts',
      'd.csv',
      `question,options,answer\n${many((index) => `which ${index}?,"['dog', 'cat']",${index % 2}`).join('\n')}\n`,
      `holds lists as texts in "options", as ['dog', 'cat']: give each item a column of its own`,
    ],
    [
      'answers that are no option',
      'd.csv',
      `question,A,B,answer\n${many((index) => `which ${index}?,dog,cat,${index % 2 ? 'the cat' : 'a dog'}`).join('\n')}\n`,
      'its answers are neither these, nor their letters or numbers',
    ],
    ['a pointer of Git LFS', 'd.csv', 'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n', 'git lfs pull'],
    ['a web page', 'd.csv', '<!DOCTYPE html>\n<html><body>Not Found</body></html>', 'is a web page, not data'],
    ['quotes behind a backslash', 'd.csv', 'question,answer\n"say \\"a\\" please",b\n', 'a quote within a cell is written twice'],
  ])('refuses %s with the next step', async (_what, name, content, said) => {
    const { code, stderr, stdout } = await init(await put(name, content), '--yes');
    expect(code).toBe(2);
    expect((stderr + stdout).replaceAll('\\"', '"')).toContain(said);
  });

  it('says which columns nothing reads', async () => {
    const group = (index: number) => ({ text: [`right ${index}`], start: [index] });
    const rows = many((index) => ({
      ...{ id: `T-${index}`, customer: `c${index % 9}`, instruction: 'Answer it.', question: `what ${index}?` },
      ...{ answers: group(index), part: index % 2 ? 'dev' : 'test', notes: { by: 'Ann' } },
    }));
    const file = await put('d.jsonl', lines(rows));
    const guessed = await init(file, '--yes', '--answer', 'answers.text');
    expect(guessed.document.leftOut).toEqual(['id', 'customer', 'answers.start', 'notes']);
    const said = await cliHere(
      ['init', file, '--input', 'question', '--answer', 'answers.text', '--group', 'customer', '--out', join(folder, 'other')],
      { signal },
    );
    // An instruction that is no input and not the task, and a split that gave way to groups, are read by nobody either.
    expect(said.stdout).toContain('  unread  id, instruction, answers.start, part, notes; --input and --group');
  });

  it('takes what comes with an instruction of its own', async () => {
    const rows = many((index) => ({ instruction: `Do task ${index}.`, input: `Ticket ${index}`, output: teams[index % 3] }));
    const { document } = await init(await put('alpaca.json', JSON.stringify(rows)), '--yes');
    expect(document.input).toEqual(['input', 'instruction']);
  });

  it('refuses chats, which hold their answers, and says how to part them', async () => {
    const chat = (name: string, text: string) => (index: number) => ({
      messages: [
        { [name]: 'user', [text]: `Ticket ${index}` },
        { [name]: 'assistant', [text]: teams[index % 3] },
      ],
    });
    const openAi = await init(await put('chats.jsonl', lines(many(chat('role', 'content')))), '--yes');
    expect(openAi.stderr + openAi.stdout).toContain('{question: .messages[-2].content, answer: .messages[-1].content}');
    const shared = await init(await put('chats.jsonl', lines(many(chat('from', 'value')))), '--yes');
    expect(shared.stderr + shared.stdout).toContain('.messages[-1].value');
  });

  it('refuses a table whose first row stands where the names should', async () => {
    const rows = many((index) => `Ticket ${index},${teams[index % 3]}`).join('\n');
    const { stderr, stdout } = await init(await put('bare.csv', rows), '--yes');
    expect(stderr + stdout).toContain('seems to have no column names');
  });

  it.each([
    ['sheet.xlsx', 'save the sheet as CSV'],
    ['table.txt', 'give it that name'],
  ])('says of %s: %s', async (name, advice) => {
    const { stderr, stdout } = await init(await put(name, 'x'), '--yes');
    expect(stderr + stdout).toContain(advice);
  });

  it('does what options say, also which model answers', async () => {
    const path = await writeTickets(folder, 'comma');
    const { document } = await init(
      ...([
        path,
        '--input',
        'Message',
        'Plan',
        '--answer',
        'Team',
        '--scorer',
        'exact-match',
        '--task',
        'Route {{it}}.',
      ] as const),
      ...['--base-url', 'http://localhost:1/v1', '--model', 'big', '--api-key-variable', 'MY_KEY', '--group', 'Opened'],
    );
    expect(document).toMatchObject({ input: ['Message', 'Plan'], simulated: false, scorers: { exact: 'exact-match' } });
    const run = await readRunFile(join(folder, 'own/tickets.yaml'));
    expect(run.benchmark).toMatchObject({ description: 'Route {{it}}.', inputs: ['message', 'plan'], scorer: 'exact' });
    expect(run.configuration.optimizer.model).toBe('big');
  });

  it('never overwrites, and leaves nothing of what fails', async () => {
    const path = await writeTickets(folder, 'comma');
    await mkdir(join(folder, 'own'));
    await put('own/tickets.yaml', 'mine');
    expect(await init(path, '--yes')).toMatchObject({ code: 2, stderr: expect.stringContaining('is not overwritten') });
    expect(await readdir(join(folder, 'own'))).toEqual(['tickets.yaml']);
    expect(await readFile(join(folder, 'own/tickets.yaml'), 'utf8')).toBe('mine');
    const wrong = await init(path, '--input', 'Message', '--answer', 'Paid', '--scorer', 'number', '--name', 'Bad Name');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('name must be') });
    expect(await readdir(join(folder, 'own'))).toEqual(['tickets.yaml']);
  });

  it.each([
    [['--input', 'Mesage', '--answer', 'Team'], /has no column "Mesage"; it has Ticket, /],
    [[], /say which columns are what, or --yes to what they seem to be: --input Message --answer Team/],
    [['--yes', '--model', 'x'], /name it with --base-url/],
  ])('refuses %j in a sentence', async (options, message) => {
    const { code, stderr } = await init(await writeTickets(folder, 'comma'), ...options);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
  });

  it('asks a person, who may take the guesses, and asks again for what cannot be', async () => {
    const path = await writeTickets(folder, 'json');
    const looked = lookAt(path, await readRows(path, ''));
    const [input, output] = [new PassThrough(), new PassThrough()];
    let said = '';
    const answers = ['Mesage', '', '', '', 'Which team?', ''];
    output.on('data', (text) => {
      said += String(text);
      if (/: $/.test(String(text))) input.write(`${answers.shift() ?? ''}\n`);
    });
    const questions = createQuestions({ input, output }, signal);
    const choices = await askChoices(looked, {}, folder, signal, questions);
    expect(choices).toEqual({ inputs: ['Message'], answer: ['Team'], kind: 'choice', task: 'Which team?' });
    expect(said).toContain('there is no column "Mesage"; there is Ticket');
  });
});
