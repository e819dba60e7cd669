import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSchemas, type SchemaName, schemaNames } from '../../shared/config/file-schemas.ts';

export function schemaFileName(name: SchemaName): string {
  return `${name}.schema.json`;
}

export function schemaText(name: SchemaName): string {
  return `${JSON.stringify(fileSchemas[name](), null, 2)}\n`;
}

/**
 * Writes the JSON schemas of this version, over those that are there.
 * @returns the paths
 */
export async function writeSchemas(folder: string, names: readonly SchemaName[] = schemaNames): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const name of names) {
    const path = join(folder, schemaFileName(name));
    await writeFile(path, schemaText(name));
    paths.push(path);
  }
  return paths;
}
