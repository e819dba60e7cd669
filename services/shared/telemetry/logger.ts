import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { countOf } from '../../domain/names/count-of.ts';
import { createLogStream, writeTo } from './log-stream.ts';
import { presentIds } from './tracing.ts';

export type { Logger } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerSettings {
  readonly service: string;
  readonly version: string;
  readonly level: LogLevel;
}

/** Never in a log, at any place down to the third level: keys, and what was said to and by a model. */
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
 * The one logger of a process: JSON lines on stderr, since stdout belongs to results. Each line says by itself which job and
 * call it is about, and which span, as far as that is known (see tracing.ts); a line's own fields come first. Lines that cannot
 * be written are dropped and counted, see createLogStream.
 */
export function createLogger(
  { service, version, level }: LoggerSettings,
  stream: DestinationStream = createLogStream({ write: writeTo(2), describeLoss: describeLossOf(service, version) }),
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
      mixin: () => presentIds(),
    },
    stream,
  );
}

function describeLossOf(service: string, version: string): (lines: number, code: string) => string {
  return (lines, code) => {
    const msg = `${countOf(lines, 'log line')} could not be written (${code}) and ${lines === 1 ? 'is' : 'are'} missing here`;
    return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), service, version, lines, code, msg })}\n`;
  };
}
