import { join } from 'node:path';

/** What the laboratory runs in place of an image: programs of this clone and this machine, with the image's own environment. */
export interface LabImage {
  /** The command for a container's `command` and `args`, as the image's entrypoint would make it. */
  commandFor(command: readonly string[], args: readonly string[]): readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly uid: number;
}

const clone = join(import.meta.dirname, '..', '..');
const node = join(clone, 'node_modules/node/bin/node');
const natsServer = join(clone, '.tools/nats-server');
const path = `${join(clone, 'node_modules/node/bin')}:${join(clone, '.tools')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/** As deploy/Dockerfile's: the first argument picks the service. */
const service: LabImage = {
  commandFor(command, args) {
    if (command.length > 0) return [...command, ...args];
    const [name = 'scale', ...others] = args;
    const main = name === 'scale' ? 'cli/scale.ts' : `${name}/main.ts`;
    return [node, join(clone, 'services', main), ...others];
  },
  environment: { PATH: path, NODE_ENV: 'production', SCALE_HEALTH_HOST: '0.0.0.0', SCALE_HEALTH_PORT: '9090' },
  uid: 10001,
};

const nats: LabImage = {
  commandFor: (command, args) => (command.length > 0 ? [...command, ...args] : [natsServer, ...args]),
  environment: { PATH: path },
  uid: 0,
};

const images: Readonly<Record<string, LabImage>> = { scale: service, 'scale-sandbox': service, nats };

/** By the last part of its name, without registry, tag and digest. Undefined: the laboratory has nothing to run in its place. */
export function labImage(reference: string): LabImage | undefined {
  const name = reference.split('@')[0]?.split('/').at(-1)?.split(':')[0] ?? '';
  return images[name];
}
