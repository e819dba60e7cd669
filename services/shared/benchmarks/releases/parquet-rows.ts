import { parquetReadObjects } from 'hyparquet';
import { ReleaseError } from './release-error.ts';

/**
 * The rows of Parquet files, one file after another.
 * @throws ReleaseError if one is not a Parquet file, or is damaged
 */
export async function parquetRowsOf(parts: readonly Uint8Array[]): Promise<Record<string, unknown>[]> {
  const read = parts.map(async (part) => {
    const { buffer } = Uint8Array.from(part);
    return parquetReadObjects({ file: buffer }).catch((cause: Error) => {
      throw new ReleaseError('wrong-release', `it is not a Parquet file, or is damaged (${cause.message})`, { cause });
    });
  });
  return (await Promise.all(read)).flat();
}
