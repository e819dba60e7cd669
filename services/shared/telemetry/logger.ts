import { type DestinationStream, destination, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerSettings {
  readonly service: string;
  readonly version: string;
  readonly level: LogLevel;
}

/** Never in a log, wherever they turn up down to the third level: keys, and what was said to and by a model. */
const secretFields = [
  'apiKey',
  'api_key',
  'authorization',
  'Authorization',
  'token',
  'prompt',
  'prompts',
  'messages',
  'completion',
];

/**
 * The one logger of a process: JSON lines on stderr, since stdout belongs to results. Everything else takes a child of it,
 * e.g. `log.child({ runId, jobId })`. Written at once, so that the last line before a crash is there.
 */
export function createLogger(
  { service, version, level }: LoggerSettings,
  stream: DestinationStream = destination({ dest: 2, sync: true }),
): Logger {
  const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino(
    {
      level,
      base: { service, version },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause },
      redact: { paths, censor: '[redacted]' },
    },
    stream,
  );
}
