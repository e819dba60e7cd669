import { createInterface } from 'node:readline/promises';

/** Puts questions to a person, one after another. */
export interface Questions {
  /**
   * @param usual what Enter alone means
   * @param fault why an answer cannot be taken, "" if it can; it is then asked for again
   */
  ask(question: string, usual: string, fault?: (answer: string) => string): Promise<string>;
  close(): void;
}

/** @param signal ends the asking, with an AbortError */
export function createQuestions(
  streams: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream },
  signal: AbortSignal,
): Questions {
  const lines = createInterface({ ...streams });
  return {
    async ask(question, usual, fault = () => '') {
      for (;;) {
        const typed = await lines.question(`${question}${usual === '' ? '' : ` [${usual}]`}: `, { signal });
        const answer = typed.trim() === '' ? usual : typed.trim();
        const why = fault(answer);
        if (why === '') return answer;
        streams.output.write(`  ${why}\n`);
      }
    },
    close: () => lines.close(),
  };
}
