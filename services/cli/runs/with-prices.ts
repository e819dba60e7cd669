import { readPriceFile } from '../../shared/config/price-file.ts';
import type { RunFile } from '../../shared/config/run-file.ts';

export const pricesHelp = "what models cost, instead of the run file's prices and of SCALE_PRICES_FILE: see docs/prices.md";

/** @param path of --prices; @throws PriceFileError */
export async function withPrices(file: RunFile, path: string | undefined): Promise<RunFile> {
  return path === undefined ? file : { ...file, prices: await readPriceFile(path) };
}
