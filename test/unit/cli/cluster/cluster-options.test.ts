import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { addClusterOptions } from '../../../../services/cli/cluster/cluster-options.ts';

afterEach(() => vi.unstubAllEnvs());

const serverOf = (...args: string[]): unknown => {
  const command = addClusterOptions(new Command().exitOverride().configureOutput({ writeErr: () => undefined }));
  let server: unknown = 'no action';
  command.action((options: { readonly server?: string }) => {
    server = options.server;
  });
  command.parse(args, { from: 'user' });
  return server;
};

test('the server is that of the option, otherwise that of the environment, where nothing stands for none', () => {
  expect(serverOf()).toBeUndefined();
  vi.stubEnv('SCALE_SERVER', 'cluster.example:7070');
  expect(serverOf()).toBe('cluster.example:7070');
  expect(serverOf('--server', 'tls://[::1]:7070')).toBe('tls://[::1]:7070');
  expect(serverOf('--server', '')).toBeUndefined();
  vi.stubEnv('SCALE_SERVER', ' ');
  expect(serverOf()).toBeUndefined();
});

test.each(['cluster', 'cluster:0', 'cluster:70000', 'http://cluster:7070', 'cluster:7070/runs', ':7070'])(
  '%s is refused, and where it came from is named',
  (server) => {
    expect(() => serverOf('--server', server)).toThrow(/it must be host:port, for example localhost:7070, or tls:\/\/host:port/);
    vi.stubEnv('SCALE_SERVER', server);
    expect(() => serverOf()).toThrow(/env 'SCALE_SERVER' is invalid/);
  },
);
