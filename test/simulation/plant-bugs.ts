import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type PlantedBug, plantedBugs } from './planted-bugs.ts';

declare global {
  /** The defect that is switched on in this thread. */
  var plantedBug: string | undefined;
}

const root = join(import.meta.dirname, '../..');

/**
 * From now on, what this thread loads of the product has all defects in it, switched off. To be called before anything of the
 * product is loaded. @throws for a defect whose text the product does not have once
 */
export function plantBugs(): void {
  // One whose file was moved would never be switched on.
  for (const { file, what } of plantedBugs)
    if (!existsSync(join(root, file))) throw new Error(`there is no ${file}, in which this is planted: ${what}`);
  const byUrl = Map.groupBy(plantedBugs, ({ file }) => pathToFileURL(join(root, file)).href);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const bugs = byUrl.get(url);
      if (bugs === undefined || loaded.source === undefined || loaded.source === null) return loaded;
      const text = Buffer.from(loaded.source as Uint8Array).toString();
      return { ...loaded, source: withBugs(text, bugs) };
    },
  });
}

/** The text with each defect beside what it replaces. @throws Error for one whose place is not there, or not once */
function withBugs(text: string, bugs: readonly PlantedBug[]): string {
  let changed = text;
  for (const [place, ofPlace] of Map.groupBy(bugs, ({ before = '', from, after = '' }) => before + from + after)) {
    const { what, file, from, before = '', after = '' } = ofPlace[0] as PlantedBug;
    const count = changed.split(place).length - 1;
    if (count !== 1) throw new Error(`${file} has ${count} times, and not once, what this replaces: ${what}`);
    const isStatement = from.endsWith(';');
    const switched = ofPlace.reduce((rest, bug) => {
      const isOn = `globalThis.plantedBug === ${JSON.stringify(bug.what)}`;
      return isStatement ? `if (${isOn}) { ${bug.to} } else { ${rest} }` : `(${isOn} ? (${bug.to}) : (${rest}))`;
    }, from);
    changed = changed.replace(place, () => before + switched + after);
  }
  return changed;
}
