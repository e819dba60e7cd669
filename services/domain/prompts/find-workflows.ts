import { withoutAsides, withoutLeadingThoughts } from '../replies/split-thoughts.ts';
import type { Tag } from '../replies/tag.ts';
import { tagsIn } from '../replies/tags-in.ts';
import { fencedTexts, withoutFence } from '../replies/without-fence.ts';
import { withoutMargins } from '../replies/without-margins.ts';
import { unescaped } from '../replies/without-stray-signs.ts';
import { decodeYaml } from '../workflow/decode-yaml.ts';
import { literalBackslashesInYaml } from './literal-backslashes-in-yaml.ts';

/** A workflow that a reply gives: what its text decodes to, or what is wrong with the text. */
export interface FoundWorkflow {
  /** Where it is; absent if it is in no tag. */
  readonly tag?: Tag;
  readonly document?: unknown;
  readonly error?: string;
}

/**
 * The different workflows of a reply, in order: in its <workflow> tags, otherwise where only one thing can be meant (<graph>, as
 * AFlow calls it, a fenced block, or the bare text). A form that was repeated before it was filled in is left out.
 * @param tags those of the reply
 * @param isWhole false for a reply that was cut off: then only closed tags count
 */
export function findWorkflows(reply: string, tags: readonly Tag[], isWhole: boolean): FoundWorkflow[] {
  const filled = tags.filter(({ name, text }) => name === 'workflow' && text.trim() !== '');
  const closed = filled.filter((tag) => tag.closed);
  const tagged = closed.length > 0 || !isWhole ? closed : filled;
  if (tagged.length === 1) return tagged.map((tag) => ({ tag, ...decoded(tag.text) }));
  if (tagged.length === 0) return isWhole ? untagged(reply) : [];
  const found = tagged.map((tag) => ({ tag, ...decoded(tag.text) }));
  const meant = found.filter((one) => one.error !== undefined || hasSteps(one));
  return meant.length === 0 ? found.slice(-1) : distinct(meant);
}

function untagged(reply: string): FoundWorkflow[] {
  const text = withoutAsides(reply);
  const graphs = tagsIn(reply, ['modification', 'graph']).filter(({ name }) => name === 'graph');
  for (const texts of [graphs.map((graph) => graph.text), fencedTexts(text), bareTexts(text)]) {
    const found = distinct(texts.map((each) => decoded(each)).filter(hasSteps));
    if (found.length > 0) return found;
  }
  return [];
}

/** From the line that states the version up to a tag, such as an end tag whose start tag was forgotten. */
function bareTexts(text: string): string[] {
  return [...text.matchAll(/^workflow: *\d(?:(?!\n[ \t]*<[ \t/]*\w)[\s\S])*/gm)].map(([whole]) => whole);
}

function decoded(text: string): FoundWorkflow {
  const content = literalBackslashesInYaml(withoutMargins(withoutFence(withoutLeadingThoughts(withoutMargins(text)))));
  const [fenced, ...others] = fencedTexts(content);
  try {
    return { document: decodeYaml(content) };
  } catch (error) {
    // A sentence before or after the fence, or characters escaped as in XML.
    const inner =
      (fenced === undefined || others.length > 0 ? undefined : quietly(() => decodeYaml(fenced))) ??
      quietly(() => decodeYaml(unescaped(content)));
    return inner === undefined ? { error: error instanceof Error ? error.message : String(error) } : { document: inner };
  }
}

function quietly(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function hasSteps({ document }: FoundWorkflow): boolean {
  return typeof document === 'object' && document !== null && 'steps' in document;
}

function distinct(found: readonly FoundWorkflow[]): FoundWorkflow[] {
  const bySense = new Map(found.map((one) => [one.error ?? JSON.stringify(one.document), one]));
  return [...bySense.values()];
}
