/** How answers put a gold answer; what must be right whoever scores it. */
export interface Rewriting {
  readonly name: string;
  /** undefined where this gold cannot be written so. */
  readonly write: (gold: string) => string | undefined;
}

const whole = /^-?\d+$/;
const always = (name: string, write: (gold: string) => string): Rewriting => ({ name, write });
const where = (name: string, fits: (gold: string) => boolean, write: (gold: string) => string): Rewriting => ({
  name,
  write: (gold) => (fits(gold) ? write(gold) : undefined),
});

const announced: readonly Rewriting[] = [
  always('answer is', (gold) => `We add them up. The answer is ${gold}.`),
  always('Answer:', (gold) => `We add them up.\n\nAnswer: ${gold}`),
  always('**Final Answer:**', (gold) => `We add them up.\n\n**Final Answer:** ${gold}`),
  always('Minerva', (gold) => `We add them up.\nFinal Answer: The final answer is ${gold}. I hope it is correct.`),
];

export const rewritings: Readonly<Record<'math' | 'gsm8k' | 'drop' | 'hotpotqa', readonly Rewriting[]>> = {
  math: [
    always('boxed', (gold) => `Thus $\\boxed{${gold}}$.`),
    always('boxed, spaced', (gold) => `Thus $\\boxed{ \\, ${gold} \\; }$.`),
    always('boxed in a display', (gold) => `Hence\n\\[\n\\boxed{${gold}}\n\\]`),
    ...announced.map(({ name, write }) => always(`${name} $`, (gold) => write(`$${gold}$`) ?? '')),
    where(
      'dfrac',
      (gold) => gold.includes('\\frac'),
      (gold) => `$\\boxed{${gold.replaceAll('\\frac', '\\dfrac')}}$`,
    ),
    where(
      'slash',
      (gold) => /^-?\\frac\{\d+\}\{\d+\}$/.test(gold),
      (gold) => `$\\boxed{${gold.replace(/\\frac\{(\d+)\}\{(\d+)\}/, '$1/$2')}}$`,
    ),
    where(
      'x =',
      (gold) => !/[=,<>]|\\(?:le|ge|text)/.test(gold),
      (gold) => `$\\boxed{x = ${gold}}$`,
    ),
    where(
      'decimal zeros',
      (gold) => whole.test(gold),
      (gold) => `$\\boxed{${gold}.00}$`,
    ),
    where(
      'thousands',
      (gold) => /^\d{4,}$/.test(gold),
      (gold) => `$\\boxed{${Number(gold).toLocaleString('en-US')}}$`,
    ),
    where(
      'unit',
      (gold) => whole.test(gold),
      (gold) => `$\\boxed{${gold} \\text{ units}}$`,
    ),
    where(
      'bmatrix',
      (gold) => gold.includes('pmatrix'),
      (gold) => `$\\boxed{${gold.replaceAll('pmatrix', 'bmatrix')}}$`,
    ),
  ],
  gsm8k: [
    ...announced,
    always('####', (gold) => `We add them up.\n#### ${gold}`),
    always('boxed', (gold) => `Thus \\boxed{${gold}}.`),
    always('bold', (gold) => `That makes **${gold}** in all.`),
    always('dollars', (gold) => `The answer is $${gold}.`),
    always('unit', (gold) => `So it takes ${gold} minutes.`),
    where(
      'thousands',
      (gold) => /^\d{4,}$/.test(gold),
      (gold) => `The answer is ${Number(gold).toLocaleString('en-US')}.`,
    ),
  ],
  drop: [
    ...announced,
    always('alone', (gold) => gold),
    always('tagged', (gold) => `<answer>${gold}</answer>`),
    always('with an article', (gold) => `the ${gold}`),
    always('in capitals', (gold) => gold.toUpperCase()),
  ],
  hotpotqa: [
    ...announced,
    always('alone', (gold) => gold),
    always('tagged', (gold) => `<answer>${gold}</answer>`),
    always('in capitals', (gold) => gold.toUpperCase()),
    always('quoted', (gold) => `"${gold}"`),
  ],
};

/** With its first digit changed, a gold is wrong. undefined for one without digits. */
export function withOtherDigit(gold: string): string | undefined {
  const changed = gold.replace(/\d/, (digit) => String((Number(digit) % 9) + 1));
  return changed === gold ? undefined : changed;
}
