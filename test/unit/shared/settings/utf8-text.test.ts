import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readRecordFile } from '../../../../services/cli/eval/read-record-file.ts';
import { readRecordedAnswers } from '../../../../services/cli/rescore/read-recorded-answers.ts';
import { validateFile } from '../../../../services/cli/validation/validate-file.ts';
import { readWorkflowFile } from '../../../../services/shared/benchmarks/read-workflow-file.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';
import { EncodingError, utf8Text } from '../../../../services/shared/settings/utf8-text.ts';
import { readJsonFile } from '../../../../services/shared/traces/read-json-file.ts';

describe('the text of a file', () => {
  it('is what UTF-8 says, without a byte order mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\0') && !text.startsWith('\ufeff') && !/^(?:PK|PAR1)/.test(text));
        expect(utf8Text(Buffer.from(text))).toBe(text);
        expect(utf8Text(Buffer.from(`\ufeff${text}`))).toBe(text);
      }),
    );
  });

  it('is refused where a byte begins no character, by line and offset', () => {
    const place = (bytes: Uint8Array) => {
      try {
        return utf8Text(bytes);
      } catch (error) {
        if (error instanceof EncodingError) return [error.line, error.offset];
        throw error;
      }
    };
    expect(place(Buffer.from('a\n\ufffd\ncaf\xe9', 'latin1'))).toEqual([2, 2]);
    expect(place(Buffer.concat([Buffer.from('ä\n\ufffd\n'), Buffer.from([0xf0, 0x9f])]))).toEqual([3, 7]);
    expect(place(Buffer.from([0xed, 0xa0, 0x80]))).toEqual([1, 0]);
    expect(place(Buffer.from([0xc0, 0xaf]))).toEqual([1, 0]);
  });

  it.each([
    [Buffer.from('\ufeffabc', 'utf16le'), 'UTF-16'],
    [Buffer.from('\ufeffabc', 'utf16le').swap16(), 'UTF-16'],
    [Buffer.from('name: x\n', 'utf16le'), 'UTF-16LE'],
    [Buffer.from('name: x\n', 'utf16le').swap16(), 'UTF-16BE'],
    [Buffer.from('PK\x03\x04…'), 'Excel'],
    [Buffer.from('PAR1…'), 'Parquet'],
  ])('is told by its kind where it is none (%#)', (bytes, kind) => expect(() => utf8Text(bytes)).toThrow(kind));
});

describe('every file that a person gives', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-encoding-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const latin1 = Buffer.from('{"name": "café"}\n', 'latin1');
  const surroundings = { operators: ['custom'], inputs: ['question'] };
  const validate = async (file: string) => {
    const { problems } = await validateFile(file, { benchmark: surroundings, tryScorers: async () => [], environment: {} });
    throw new Error(problems.map(({ message, line }) => `${line}: ${message}`).join());
  };

  it.each<[string, Buffer, (file: string) => Promise<unknown>]>([
    ['run.yaml', latin1, readRunFile],
    ['workflow.yaml', latin1, (file) => readWorkflowFile(file, surroundings)],
    ['any.yaml', latin1, validate],
    ['records.jsonl', latin1, readRecordFile],
    ['x.answers.jsonl', latin1, readRecordedAnswers],
    ['x.answers.jsonl.gz', gzipSync(latin1), readRecordedAnswers],
    ['x.matrix.json', latin1, (file) => readJsonFile(file, z.unknown())],
    ['x.matrix.json.gz', gzipSync(latin1), (file) => readJsonFile(file, z.unknown())],
  ])('is refused if it is not UTF-8: %s', async (name, bytes, read) => {
    const file = join(folder, name);
    await writeFile(file, bytes);
    await expect(read(file)).rejects.toThrow(/is not UTF-8: in line 1, the byte 0xE9 at offset 13 .*iconv -f WINDOWS-1252/);
  });
});
