import { readFile } from 'node:fs/promises';
import { nearName } from '../../domain/names/near-name.ts';
import { decodeYaml, YamlError } from '../../domain/workflow/decode-yaml.ts';
import { benchmarkFileSchema } from '../../shared/benchmarks/benchmark-file/benchmark-file-schema.ts';
import { runFileSchema } from '../../shared/config/run-file-schema.ts';
import { sweepFileSchema } from '../../shared/config/sweep-file/sweep-file-schema.ts';
import { isGroup } from '../../shared/settings/sorted-text.ts';
import { EncodingError, utf8Text } from '../../shared/settings/utf8-text.ts';

export type FileKind = 'workflow' | 'run file' | 'sweep file' | 'benchmark file';

const settingsOf: Readonly<Record<FileKind, readonly string[]>> = {
  workflow: ['workflow', 'name', 'description', 'prompts', 'steps'],
  'run file': Object.keys(runFileSchema({}).shape),
  'sweep file': Object.keys(sweepFileSchema().shape),
  'benchmark file': Object.keys(benchmarkFileSchema.shape),
};

/**
 * What a file is, by the settings at its top: the kind that has most of them, misspelt ones too. Of equals, a run file.
 * @throws what Node says of a file that cannot be read
 */
export async function fileKindOf(file: string): Promise<FileKind> {
  const text = textIn(await readFile(file));
  const keys = topKeys(text);
  // What is spelt right says more: `base` is near to `name`.
  const weight = (key: string, settings: readonly string[]): number =>
    settings.includes(key) ? 2 : nearName(key, settings) === undefined ? 0 : 1;
  const known = (kind: FileKind): number => keys.reduce((sum, key) => sum + weight(key, settingsOf[kind]), 0);
  const kinds: readonly FileKind[] = ['run file', 'workflow', 'benchmark file', 'sweep file'];
  return kinds.reduce((best, kind) => (known(kind) > known(best) ? kind : best), 'run file' as FileKind);
}

/** Nothing of what is no text: it is refused when it is read as a file of its kind. */
function textIn(bytes: Uint8Array): string {
  try {
    return utf8Text(bytes);
  } catch (error) {
    if (error instanceof EncodingError) return '';
    throw error;
  }
}

function topKeys(text: string): readonly string[] {
  try {
    const content = decodeYaml(text);
    return isGroup(content) ? Object.keys(content) : [];
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    // It is refused as what it seems to be.
    const atTop = [...text.matchAll(/^([A-Za-z_]\w*)\s*:/gm)];
    const found = atTop.length > 0 ? atTop : [...text.matchAll(/\b([A-Za-z_]\w*)["']?\s*:/g)];
    return [...new Set(found.map(([, key = '']) => key))];
  }
}
