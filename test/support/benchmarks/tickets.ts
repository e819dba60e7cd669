import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomChoice, randomInteger, randomStream } from '../../../services/domain/random.ts';

/** A customer's message to an online service, and the team that it belongs to. */
export interface Ticket {
  /** As in "T-1042". */
  readonly Ticket: string;
  /** Date and time; says nothing about the team. */
  readonly Opened: string;
  readonly Plan: string;
  /** With a decimal comma, and empty where nothing was paid. */
  readonly Paid: string;
  readonly Message: string;
  readonly Team: Team;
}

export const teams = ['billing', 'login', 'delivery', 'returns', 'bug', 'feedback'] as const;
export type Team = (typeof teams)[number];

/** What a sentence may be about; `{n}` is a number, `{item}` a thing that was bought, `{money}` an amount. */
const sentences: Readonly<Record<Team, readonly string[]>> = {
  billing: [
    'I was charged {money} twice for order {n}, please refund one of them.',
    'The invoice for {n} says {money}; my contract says less.',
    'Can I get invoice {n} with our VAT number, please?',
    'My card was declined, but {money} has left my account.',
    'You took {money} although I cancelled the plan, see invoice {n}.',
  ],
  login: [
    'I cannot sign in; it says "wrong password", and the password is right.',
    'The code for signing in never arrives by text message (tried {n} times).',
    'My account is locked after {n} attempts, please unlock it.',
    'How do I change the e-mail address that I sign in with?',
    'The link "Forgot password?" leads to an empty page.',
  ],
  delivery: [
    'My parcel {n} has not moved for {n} days; where is it?',
    'The courier left the {item} with a neighbour, who is away.',
    'Tracking says "delivered", but nothing has come; order {n}.',
    'Can the {item} be sent to another address, please?',
    'Half of order {n} is missing: I have the {item}, and nothing else.',
  ],
  returns: [
    'The {item} is too small. How do I send it back?',
    'I would like to exchange the {item} for a larger one; order {n}.',
    'I sent back the {item} {n} days ago, and nobody has confirmed it.',
    'The {item} arrived broken; send a new one, or take it back.',
    'Is the label for returning the {item} free?',
  ],
  bug: [
    'The app crashes when I open the basket (error {n}).',
    'Search finds nothing for "{item}", though there is a page for it.',
    'The page shows "undefined" instead of the price of the {item}.',
    'After the update, the button "Pay now" does nothing; error {n}.',
    'Dates are shown as {n}.{n}.1970, in every list.',
  ],
  feedback: [
    'I love the new design, above all the page on the {item}!',
    'Please offer the {item} in green, too.',
    'A dark mode would be great; my eyes, after {n} hours …',
    'The newsletter comes too often: {n} times this week.',
    'Your colleague on the phone was very kind. Thank you!',
  ],
};

const items = ['kettle', 'desk lamp', 'rain jacket', '27" monitor', 'café table', 'yoga mat'];
const greetings = ['', '', 'Hello,\n', 'Hi there, ', 'Good morning,\n\n', 'To whom it may concern: '];
const endings = [
  '',
  '',
  '\nThanks',
  '\n\nKind regards,\nJ. "Jo" Müller',
  ' Regards, Łukasz',
  '\n-- \nSent from my phone; excuse typos',
];
const shares = [0.28, 0.2, 0.18, 0.14, 0.12, 0.08];

/**
 * Made-up tickets with what exports of real ones hold: commas, semicolons, quotes, line breaks, accents, empty cells, texts that
 * occur twice, and teams of unequal size. The same seed gives the same tickets.
 */
export function tickets({ seed = 1, count = 300 }: { readonly seed?: number; readonly count?: number } = {}): Ticket[] {
  const random = randomStream(seed, 'tickets');
  const one = (list: readonly string[]): string => list[randomInteger(random, list.length)] ?? '';
  const number = (): string => String(1 + randomInteger(random, 40));
  const money = (): string => `${1 + randomInteger(random, 200)},${String(randomInteger(random, 100)).padStart(2, '0')} €`;
  return Array.from({ length: count }, (_, index) => {
    const team = teams[randomChoice(random, shares)] ?? 'billing';
    const body = one(sentences[team])
      .replaceAll('{item}', () => one(items))
      .replaceAll('{money}', money)
      .replaceAll('{n}', number);
    const day = 1 + randomInteger(random, 28);
    return {
      Ticket: `T-${1001 + index}`,
      Opened: `2026-03-${String(day).padStart(2, '0')} ${String(8 + randomInteger(random, 10)).padStart(2, '0')}:15`,
      Plan: one(['free', 'plus', 'team']),
      Paid: random.next() < 0.3 ? '' : money().replace(' €', ''),
      Message: `${one(greetings)}${body}${one(endings)}`,
      Team: team,
    };
  });
}

/** How a help desk exports its tickets; semicolons as a spreadsheet writes them, with a byte order mark and CRLF. */
export const ticketExports: Readonly<Record<'comma' | 'semicolon' | 'json', (rows: readonly Ticket[]) => string>> = {
  comma: (rows) => table(rows, ',', '\n'),
  semicolon: (rows) => `\ufeff${table(rows, ';', '\r\n')}`,
  json: (rows) => `${JSON.stringify(rows, null, 2)}\n`,
};

export type TicketExport = keyof typeof ticketExports;

const fileNames: Readonly<Record<TicketExport, string>> = {
  comma: 'tickets.csv',
  semicolon: 'tickets-excel.csv',
  json: 'tickets.json',
};

/** @returns the path of the file */
export async function writeTickets(folder: string, as: TicketExport, rows: readonly Ticket[] = tickets()): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, fileNames[as]);
  await writeFile(path, ticketExports[as](rows));
  return path;
}

function table(rows: readonly Ticket[], separator: string, lineEnd: string): string {
  const columns = Object.keys(rows[0] ?? {}) as (keyof Ticket)[];
  const cell = (text: string): string =>
    text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((cells) => `${cells.map(cell).join(separator)}${lineEnd}`)
    .join('');
}
