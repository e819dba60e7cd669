import { withoutThoughts } from './split-thoughts.ts';
import { tagsIn } from './tags-in.ts';
import { withoutFence } from './without-fence.ts';

/**
 * Reads the fields of a reply such as <answer>42</answer> as models really write them (see tagsIn). Where a field comes more than
 * once, the last one that holds something counts: the form may be repeated before it is filled in, and a model may change its
 * mind. Fields that are not there are left out.
 */
export function readTags<Name extends string>(reply: string, names: readonly Name[]): Partial<Record<Name, string>> {
  const fields: Partial<Record<Name, string>> = {};
  for (const { name, text } of tagsIn(reply, names)) {
    const content = withoutFence(withoutThoughts(text)).trim();
    if (content !== '' || fields[name] === undefined) fields[name] = content;
  }
  return fields;
}
