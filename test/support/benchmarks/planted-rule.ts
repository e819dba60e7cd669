import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A rule on the form of an answer that stands nowhere but in what the scorer says. */
export interface PlantedRule {
  readonly name: string;
  /** What the scorer says of an answer that breaks it. */
  readonly feedback: string;
  /** A Python expression of `answer` and `right`: the number that the answer must give. */
  readonly holds: string;
}

export const plantedRules: readonly PlantedRule[] = [
  {
    name: 'last line',
    feedback: 'The answer must end with the line "FINAL: <number>". Nothing else is read.',
    holds: 'answer.strip().split("\\n")[-1].strip() == "FINAL: " + right',
  },
  {
    name: 'tag',
    feedback: 'No result was found: the number has to stand in a tag <result>.',
    holds: '("<result>" + right + "</result>") in answer',
  },
  {
    name: 'first line',
    feedback: 'An answer must begin with "Result = {number}".',
    holds: 'answer.strip().split("\\n")[0].strip() == "Result = " + right',
  },
];

const things = ['pears', 'plums', 'figs', 'limes', 'nuts', 'coins', 'books', 'cups'];

/**
 * Writes a benchmark of sums whose scorer takes an answer only in the rule's form, and says so to whoever reads it.
 * @returns the path of its file
 */
export async function writePlantedRule(
  folder: string,
  rule: PlantedRule,
  queries = 48,
  operators: readonly string[] = ['custom', 'answer_generate', 'sc_ensemble', 'review', 'revise', 'format'],
): Promise<string> {
  const rows = Array.from({ length: queries }, (_, index) => {
    const [left, right] = [(index * 7 + 3) % 40, (index * 11 + 5) % 60];
    const thing = things[index % things.length] ?? '';
    return {
      question: `Basket ${index} holds ${left} ${thing}, and ${right} more are put in. How many ${thing} are in it?`,
      sum: left + right,
    };
  });
  await writeFile(join(folder, 'sums.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await writeFile(
    join(folder, 'scorer.py'),
    `def score(answer, query):
    right = query["reference"]
    if ${rule.holds}:
        return {"score": 1, "extracted": right}
    return {"score": 0, "extracted": answer[-40:], "feedback": ${JSON.stringify(rule.feedback)}}
`,
  );
  const file = join(folder, 'benchmark.yaml');
  await writeFile(
    file,
    `name: planted-rule
description: Sums about things in baskets. The answer to each is one number.
answer_format: One number.
file: sums.jsonl
split: { shares: { validate: 0.75, test: 0.25 }, seed: 1 }
fields: { question: question }
reference: sum
operators: [${operators.join(', ')}]
scorers:
  form: { kind: python, file: scorer.py }
`,
  );
  return file;
}
