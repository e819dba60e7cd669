import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Rendered } from '../../support/kubernetes/manifest.ts';
import { findKustomize, render } from '../../support/kubernetes/render.ts';
import { rules } from '../../support/kubernetes/rules/all.ts';
import { schemaFaults } from '../../support/kubernetes/schemas.ts';

const kustomize = await findKustomize();
const overlays = readdirSync(join(import.meta.dirname, '../../../k8s/overlays'));

const rendered = new Map<string, Rendered>();
if (kustomize !== undefined) {
  for (const overlay of overlays) rendered.set(overlay, await render(kustomize, `k8s/overlays/${overlay}`));
}

describe.skipIf(kustomize === undefined).each(overlays)(
  `%s, rendered by ${kustomize?.join(' ') ?? 'no kustomize here'}`,
  (overlay) => {
    test('passes the schemas of Kubernetes, of the custom resources and of KEDA’s triggers', () => {
      expect(rendered.get(overlay)?.manifests.flatMap(schemaFaults)).toEqual([]);
    });

    test.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_, rule) => {
      expect(rendered.get(overlay) && rule.broken(rendered.get(overlay) as Rendered)).toEqual([]);
    });
  },
);
