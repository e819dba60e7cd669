import { parquetWriteBuffer } from 'hyparquet-writer';

export interface HotpotRow {
  readonly _id: string;
  readonly answer: string;
  readonly question: string;
  readonly supporting_facts: readonly (readonly [title: string, sentence: number])[] | unknown[][];
  readonly context: unknown[][];
  readonly type: string;
  readonly level: string;
}

const text = (name: string) => ({
  name,
  type: 'BYTE_ARRAY' as const,
  converted_type: 'UTF8' as const,
  repetition_type: 'OPTIONAL' as const,
});
const list = (name: string) => ({ name, converted_type: 'LIST' as const, repetition_type: 'OPTIONAL' as const, num_children: 1 });
const items = { name: 'list', repetition_type: 'REPEATED' as const, num_children: 1 };
const pair = (name: string) => ({ name, repetition_type: 'OPTIONAL' as const, num_children: 2 });
const number = { name: 'element', type: 'INT32' as const, repetition_type: 'OPTIONAL' as const };

/** Rows as the authors of HotpotQA publish them on Hugging Face. */
export function hotpotParquet(rows: readonly HotpotRow[]): Buffer {
  const columns = {
    id: rows.map((row) => row._id),
    question: rows.map((row) => row.question),
    answer: rows.map((row) => row.answer),
    type: rows.map((row) => row.type),
    level: rows.map((row) => row.level),
    supporting_facts: rows.map(({ supporting_facts: facts }) => ({
      title: facts.map(([title]) => title),
      sent_id: facts.map(([, sentence]) => sentence),
    })),
    context: rows.map(({ context }) => ({
      title: context.map(([title]) => title),
      sentences: context.map(([, sentences]) => sentences),
    })),
  };
  return Buffer.from(
    parquetWriteBuffer({
      columnData: Object.entries(columns).map(([name, data]) => ({ name, data })),
      schema: [
        { name: 'root', num_children: 7 },
        ...['id', 'question', 'answer', 'type', 'level'].map(text),
        ...[pair('supporting_facts'), list('title'), items, text('element'), list('sent_id'), items, number],
        ...[
          pair('context'),
          list('title'),
          items,
          text('element'),
          list('sentences'),
          items,
          list('element'),
          items,
          text('element'),
        ],
      ],
    }),
  );
}

export interface MathRow {
  readonly problem: string;
  readonly level: string;
  readonly type: string;
  readonly solution: string;
}

/** Problems of one subject as they are published on Hugging Face. */
export function mathParquet(rows: readonly MathRow[]): Buffer {
  const column = (name: keyof MathRow) => ({ name, data: rows.map((row) => row[name]), type: 'STRING' as const });
  return Buffer.from(parquetWriteBuffer({ columnData: (['problem', 'level', 'type', 'solution'] as const).map(column) }));
}
