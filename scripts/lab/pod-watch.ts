import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlPlane } from './control-plane.ts';

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** One pod's life, in milliseconds of the watch's clock. */
export interface Life {
  readonly name: string;
  readonly component: string;
  readonly createdMs: number;
  readyMs: number | undefined;
  endingMs: number | undefined;
  goneMs: number | undefined;
}

/** Looks at a namespace's pods several times a second, and remembers what became of each. */
export interface PodWatch {
  readonly lives: ReadonlyMap<string, Life>;
  /** Pods of a component that are ready and not being deleted. */
  ready(component: string): readonly Pod[];
  nowMs(): number;
  stop(): Promise<void>;
}

const lookEveryMs = 200;

export function watchPods(plane: ControlPlane, namespace: string): PodWatch {
  const began = performance.now();
  const nowMs = (): number => performance.now() - began;
  const lives = new Map<string, Life>();
  let pods: readonly Pod[] = [];
  let isOver = false;
  const look = async (): Promise<void> => {
    ({ items: pods } = await plane.ask<{ readonly items: readonly Pod[] }>(`/api/v1/namespaces/${namespace}/pods`));
    const now = nowMs();
    for (const { metadata, status } of pods) {
      const life = lives.get(metadata.uid) ?? newLife(metadata, now);
      lives.set(metadata.uid, life);
      if (isReady(status)) life.readyMs ??= now;
      if (metadata.deletionTimestamp !== undefined) life.endingMs ??= now;
    }
    for (const [uid, life] of lives) if (!pods.some(({ metadata }) => metadata.uid === uid)) life.goneMs ??= now;
  };
  const watching = (async () => {
    while (!isOver) {
      // What one look misses, the next one sees.
      await look().catch(() => undefined);
      await sleep(lookEveryMs);
    }
  })();
  return {
    ...{ lives, nowMs },
    ready: (component) =>
      pods.filter(
        ({ metadata, status }) => componentOf(metadata) === component && isReady(status) && !metadata.deletionTimestamp,
      ),
    async stop() {
      isOver = true;
      await watching;
    },
  };
}

function newLife(metadata: Pod['metadata'], createdMs: number): Life {
  const life = { readyMs: undefined, endingMs: undefined, goneMs: undefined };
  return { name: metadata.name, component: componentOf(metadata), createdMs, ...life };
}

function componentOf({ labels }: Pod['metadata']): string {
  return labels['app.kubernetes.io/component'] ?? '';
}

function isReady({ conditions = [] }: Pod['status']): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
