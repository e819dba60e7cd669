import { describe, expect, it } from 'vitest';
import {
  coordinatorSettings,
  executorSettings,
  predictorSettings,
  simulatorSettings,
} from '../../../../../services/shared/config/service-settings/service-settings.ts';

describe('service settings', () => {
  it('have a default for everything', () => {
    expect(coordinatorSettings({})).toMatchObject({ natsUrl: 'nats://127.0.0.1:4222', controlPort: 7070, resume: 'all' });
    expect(executorSettings({})).toMatchObject({ slots: 32, ackWaitMs: 30_000, logLevel: 'info' });
    expect(predictorSettings({})).toMatchObject({ slots: 4 });
    expect(simulatorSettings({})).toMatchObject({ host: '127.0.0.1', port: 8000 });
  });

  it('name each process of a service differently from one on another machine or beside it', () => {
    expect(executorSettings({}).name).toMatch(new RegExp(`^executor-.+-${process.pid}$`));
    expect(executorSettings({ SCALE_WORKER_NAME: 'pod-7' }).name).toBe('pod-7');
  });

  it('come from the environment', () => {
    const settings = coordinatorSettings({
      SCALE_NATS_URL: 'nats://a:4222, tls://b:4223',
      SCALE_CONTROL_HOST: '[::1]',
      SCALE_CONTROL_PORT: '0',
      SCALE_RESUME: 'requested',
      SCALE_LEASE_TTL_MS: '2000',
      SCALE_STREAM_REPLICAS: '3',
      SCALE_MAX_IN_FLIGHT: '64',
      SCALE_PARENT_LEASH: 'stdin',
      SCALE_LOG_LEVEL: 'debug',
    });
    expect(settings).toMatchObject({
      natsUrl: 'nats://a:4222, tls://b:4223',
      controlHost: '[::1]',
      controlPort: 0,
      resume: 'requested',
      leaseTtlMs: 2000,
      streamReplicas: 3,
      maxInFlight: 64,
      leash: 'stdin',
      logLevel: 'debug',
    });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('take a variable that is set to nothing as not set', () => {
    expect(executorSettings({ SCALE_SLOTS: ' ', SCALE_NATS_URL: '' })).toMatchObject({
      slots: 32,
      natsUrl: 'nats://127.0.0.1:4222',
    });
  });

  it.each([
    [{ SCALE_SLOTS: 'many' }, 'SCALE_SLOTS must be a whole number from 1 to 4096, but is "many"'],
    [{ SCALE_SLOTS: '0' }, 'SCALE_SLOTS must be a whole number from 1 to 4096, but is "0"'],
    [{ SCALE_SLOTS: '1.5' }, 'SCALE_SLOTS must be a whole number from 1 to 4096, but is "1.5"'],
    [{ SCALE_HEALTH_PORT: '70000' }, 'SCALE_HEALTH_PORT must be a whole number from 0 to 65535, but is "70000"'],
    [{ SCALE_LOG_LEVEL: 'loud' }, /^SCALE_LOG_LEVEL must be fatal, error, .* or silent, but is "loud"$/],
    [{ SCALE_NATS_URL: 'nats-1:4222' }, /^SCALE_NATS_URL must be addresses such as nats:\/\/nats-1:4222/],
    [{ SCALE_ACK_WAIT_MS: '1' }, /^SCALE_ACK_WAIT_MS must be a whole number from 1000 /],
    [{ SCALE_WORKER_NAME: 'a b' }, /^SCALE_WORKER_NAME must be 1 to 100 letters/],
    [{ SCALE_NATS_CERT_FILE: '/c' }, /^SCALE_NATS_KEY_FILE must be set where SCALE_NATS_CERT_FILE is: /],
    [{ SCALE_NATS_KEY_FILE: '/k' }, /^SCALE_NATS_CERT_FILE must be set where SCALE_NATS_KEY_FILE is: /],
    [
      { SCALE_NATS_CREDENTIALS_FILE: '/c', SCALE_NATS_URL: 'nats://me:hunter2@nats' },
      /^SCALE_NATS_CREDENTIALS_FILE is set, and SCALE_NATS_URL has credentials too: give them in one of the two$/,
    ],
  ])('refuse %o in one sentence', (environment, message) => {
    expect(() => executorSettings(environment)).toThrow(message);
    expect(() => executorSettings(environment)).toThrow(expect.objectContaining({ name: 'SettingsError' }));
  });

  it.each([
    ['http://hooks.example.org', 'false', /is http/],
    ['https://10.0.0.5/hook', 'false', /^SCALE_WEBHOOK_URL: 10.0.0.5 is of this machine or of a private network/],
    ['https://[::1]/hook', 'false', /^SCALE_WEBHOOK_URL: ::1 is of this machine or of a private network/],
    ['https://169.254.169.254/hook', 'true', /^SCALE_WEBHOOK_URL: 169.254.169.254 is no address for notes/],
    ['http://0xa9fea9fe/hook', 'true', /^SCALE_WEBHOOK_URL: 169.254.169.254 is no address for notes/],
  ])('refuse the webhook %s with SCALE_WEBHOOK_PRIVATE=%s, to which no note could go', (url, isPrivate, message) => {
    const secret = { SCALE_WEBHOOK_SECRET: 'a-secret-of-16-or-more' };
    const environment = { ...secret, SCALE_WEBHOOK_URL: url, SCALE_WEBHOOK_PRIVATE: isPrivate };
    expect(() => coordinatorSettings(environment)).toThrow(message);
    const taken = { ...secret, SCALE_WEBHOOK_URL: 'https://8.8.8.8/hook' };
    expect(coordinatorSettings(taken)).toMatchObject({ webhookUrl: 'https://8.8.8.8/hook' });
  });

  it('do not repeat a password in an address', () => {
    expect(() => executorSettings({ SCALE_NATS_URL: 'http://me:hunter2@nats' })).toThrow(
      /^SCALE_NATS_URL must .* \(not shown\)$/,
    );
  });

  it.each([
    'nats://me:hunter2@nats:99999',
    'nats://me:hunter2@nats:b:c',
    'nats://me:100%hunter2@nats',
    'nats://me:%FFhunter2@nats',
    'nats://me:hunter#2@nats',
    'nats://me:hunter?2@nats',
    'nats://me:hunter2@',
    'nats://good:4222,tls://me:hunter2@[::1:4222',
  ])('refuse the address %s, which nobody could connect to', (address) => {
    expect(() => executorSettings({ SCALE_NATS_URL: address })).toThrow(/^SCALE_NATS_URL must .* \(not shown\)$/);
  });

  it.each(['nats://[::1]:4222', 'tls://nats_1', 'nats://me:a%2Fb%25c@10.0.0.1:4222', 'nats://me:p@ss@nats', 'nats://token@nats'])(
    'take the address %s',
    (address) => {
      expect(executorSettings({ SCALE_NATS_URL: address })).toMatchObject({ natsUrl: address });
    },
  );
});
