// The way of a newcomer: the commands of docs/quick-start.md, one after another in one shell, in a clone of this folder's last
// commit, with an empty home; then the page's Python. Waiting is the time between Enter and the prompt. Reading (200 words a
// minute, of the whole page up to there) and typing (4 characters a second) are what a person takes besides.
// `scripts/newcomer FILE.csv` takes a table of yours in place of the page's.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findChromium, openBrowser } from '../test/support/browser.ts';

const project = join(import.meta.dirname, '..');
const [, , table] = process.argv;
const limits = { totalSeconds: 15 * 60, waitingSeconds: 3 * 60 };
const speeds = { wordsPerSecond: 200 / 60, charactersPerSecond: 4 };

interface Step {
  readonly name: string;
  readonly command: string;
  /** What it must say for the page to be right. */
  readonly promised?: RegExp;
  /** Goes on by itself; ready once it has said what is promised. */
  readonly serves?: true;
}

interface Timed {
  readonly name: string;
  readonly waiting: number;
  readonly reading: number;
  readonly typing: number;
}

const page = (await readFile(join(project, 'docs/quick-start.md'), 'utf8')).split('## 6. ')[0] ?? '';

/** What steps are called, and what they promise, by the command that the page has. */
const known: readonly (readonly [RegExp, string, RegExp?])[] = [
  [/^git clone /, 'clone'],
  [/^scripts\/demo$/, 'install, and the demo', /Report: .*report\.html/],
  [/^alias /, 'a short name for the command'],
  [/^scale doctor/, 'doctor', /nats-server/],
  [/^scale dashboard/, 'dashboard', /http:\/\/[\w.:[\]]+/],
  [/^cp /, 'a CSV'],
  [/^scale init /, 'init', /scale run messages\.yaml/],
  [/^scale run /, 'search', /Report: .*report\.html/],
  [/^scale show .*--diff/, 'difference of two workflows'],
  [/^scale show /, 'look at the rounds', /\* the best/],
  [/^scale compare /, 'compare with the start', /95 %/],
  [/^scale eval /, 'evaluate on other queries', /95 %/],
  [/^scale export /, 'export'],
  [/^scale serve /, 'serve', /http:\/\/[\d.:]+\/v1/],
];

function stepsOf(text: string): (Step & { readonly wordsBefore: number })[] {
  const steps: (Step & { readonly wordsBefore: number })[] = [];
  let words = 0;
  let language: string | undefined;
  let program = '';
  for (const line of text.split('\n')) {
    const [, opened] = /^```(\w*)$/.exec(line) ?? [];
    if (opened !== undefined) {
      if (language === 'python') {
        const call = 'python3 -m venv ~/python && ~/python/bin/pip install --quiet --disable-pip-version-check openai';
        steps.push({ name: 'install openai for Python', command: call, wordsBefore: words });
        steps.push({
          name: 'call it from Python',
          command: `~/python/bin/python - <<'END'\n${program}END`,
          promised: /\w+ \d+/,
          wordsBefore: 0,
        });
        words = 0;
      }
      language = language === undefined ? opened : undefined;
      continue;
    }
    if (language === undefined) words += line.split(/\s+/).filter((word) => word !== '').length;
    if (language === 'python') program += `${line}\n`;
    if (language !== 'sh') continue;
    const shown = line.replace(/\s+# .*$/, '');
    const command = table === undefined ? shown : shown.replace(/^cp \S+ \.$/, `cp '${resolve(table)}' messages.csv`);
    const [, name, promised] = known.find(([pattern]) => pattern.test(command)) ?? [];
    if (name === undefined) throw new RangeError(`docs/quick-start.md: a newcomer's step without a name: ${command}`);
    const serves = /^scale (?:serve|dashboard)/.test(command) && { serves: true as const };
    steps.push({ name, command, wordsBefore: words, ...(promised && { promised }), ...serves });
    words = 0;
  }
  return steps;
}

const home = await mkdtemp(join(tmpdir(), 'scale-newcomer-'));
// What npm and Node find is the machine's, not this clone's.
const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.startsWith(project));
const { npm_config_registry, PIP_INDEX_URL, NODE_EXTRA_CA_CERTS, HTTPS_PROXY, SSL_CERT_FILE } = process.env;
const shell = spawn('bash', ['--norc'], {
  cwd: home,
  detached: true,
  env: {
    ...given({ npm_config_registry, PIP_INDEX_URL, NODE_EXTRA_CA_CERTS, HTTPS_PROXY, SSL_CERT_FILE }),
    HOME: home,
    PATH: path.join(':'),
  },
  stdio: ['pipe', 'pipe', 'pipe'],
});
let said = '';
for (const stream of [shell.stdout, shell.stderr]) {
  stream.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
}

const timed: Timed[] = [];
try {
  // Settings of npm and pip that this machine needs to reach its registries.
  for (const file of ['.npmrc', '.config/pip/pip.conf', '.pip/pip.conf']) await copyFromHome(file);
  shell.stdin.write('shopt -s expand_aliases\n');
  for (const step of stepsOf(page)) {
    console.error(`newcomer: ${step.name}`);
    const began = performance.now();
    await type(step);
    if (step.command.startsWith('scale dashboard')) await lookAtDashboard();
    const waiting = (performance.now() - began) / 1000;
    const reading = step.wordsBefore / speeds.wordsPerSecond;
    timed.push({ name: step.name, waiting, reading, typing: step.command.length / speeds.charactersPerSecond });
  }
} finally {
  if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGINT');
  shell.stdin.end();
  const ended = once(shell, 'close');
  const timer = setTimeout(() => shell.pid !== undefined && process.kill(-shell.pid, 'SIGKILL'), 20_000);
  await ended;
  clearTimeout(timer);
  await rm(home, { recursive: true, force: true });
}
report();

async function type({ name, command, promised, serves }: Step): Promise<void> {
  said = '';
  const typed = command.replace('<this repository>', `'${project}'`);
  const end = `step-ended-${Math.random().toString(36).slice(2)}`;
  shell.stdin.write(serves ? `${typed} &\n` : `${typed}\necho "${end} $?"\n`);
  const done = serves ? promised : new RegExp(`^${end} (\\d+)$`, 'm');
  const deadline = performance.now() + limits.totalSeconds * 1000;
  while (done?.test(said) !== true) {
    if (shell.exitCode !== null || performance.now() > deadline) throw new Error(`${name} did not end:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const status = serves ? '0' : done.exec(said)?.[1];
  if (status !== '0') throw new Error(`${name} ended with ${status}:\n${said}`);
  if (promised?.test(said) === false) throw new Error(`${name} did not say ${promised}:\n${said}`);
}

/** Opens the page that the command names, as a person's browser would, sees the run there, and ends the command. */
async function lookAtDashboard(): Promise<void> {
  const [link = ''] = /http:\/\/\S+/.exec(said) ?? [];
  if (findChromium() === undefined) {
    console.error('newcomer: no Chromium is here: that the dashboard answers is all that is looked at');
    if (!(await fetch(link)).ok) throw new Error(`the dashboard does not answer at ${link}`);
  } else {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(link);
      await page.getByText('demo').first().waitFor({ timeout: 30_000 });
    } finally {
      await browser.close();
    }
  }
  shell.stdin.write('kill $! && wait $!\n');
}

async function copyFromHome(file: string): Promise<void> {
  const text = await readFile(join(process.env.HOME ?? '', file), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  spawnSync('mkdir', ['-p', join(home, file, '..')]);
  await writeFile(join(home, file), text);
}

function given(settings: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function report(): void {
  const sum = (of: (each: Timed) => number): number => timed.reduce((total, each) => total + of(each), 0);
  const row = (name: string, ...seconds: readonly number[]): string =>
    name.padEnd(32) + seconds.map((each) => `${each.toFixed(1)} s`.padStart(10)).join('');
  const waiting = sum((each) => each.waiting);
  const total = waiting + sum((each) => each.reading) + sum((each) => each.typing);
  console.log(`${'step'.padEnd(32)}${['waiting', 'reading', 'typing'].map((head) => head.padStart(10)).join('')}`);
  for (const each of timed) console.log(row(each.name, each.waiting, each.reading, each.typing));
  console.log(
    row(
      'sum',
      waiting,
      sum((each) => each.reading),
      sum((each) => each.typing),
    ),
  );
  const isWithin = waiting <= limits.waitingSeconds && total <= limits.totalSeconds;
  const wanted = `at most ${limits.waitingSeconds / 60} minutes of waiting and ${limits.totalSeconds / 60} in all`;
  console.log(
    `${(total / 60).toFixed(1)} minutes in all, ${(waiting / 60).toFixed(1)} of them waiting (${wanted}): ${isWithin ? 'yes' : 'no'}`,
  );
  process.exitCode = isWithin ? 0 : 1;
}
